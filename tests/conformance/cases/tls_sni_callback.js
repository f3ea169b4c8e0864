// SNICallback that answers later; a name that is asked for, and none.
// rows: T13

const { lane } = require('./prelude');
const { tls, own, serve, connect } = require('./prelude_tls');

const context = tls.createSecureContext(own('elsewhere'));
const server = serve({
  SNICallback: (name, answer) => {
    lane('server')('asked', name);
    setTimeout(answer, 1, null, context);
  },
}, (peer) => peer.end(), () => {
  one({ servername: 'other.example' }, () => one({}, () => server.close()));
});

function one(options, next) {
  const client = connect(server, options, 'secureConnect error close');
  client.on('secureConnect', () => lane('client')(client.getPeerCertificate().subject.CN));
  client.on('close', next);
  client.resume();
}
