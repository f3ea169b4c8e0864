// addContext(): the name that is asked for, wildcards, and no name at all.
// rows: T13

const { lane } = require('./prelude');
const { tls, own, serve, connect } = require('./prelude_tls');

const server = serve({}, (peer, say) => {
  say('asked', peer.servername);
  peer.end();
}, () => one('other.example', () => one('x.wild.example', () => one('localhost', () => one(undefined, () => server.close())))));
server.addContext('other.example', own('elsewhere'));
server.addContext('*.wild.example', tls.createSecureContext(own('elsewhere')));

function one(servername, next) {
  const client = connect(server, { servername }, 'secureConnect error close');
  client.on('secureConnect', () => {
    lane('client')(client.servername, client.authorized, client.getPeerCertificate().subject.CN);
  });
  client.on('close', next);
  client.resume();
}
