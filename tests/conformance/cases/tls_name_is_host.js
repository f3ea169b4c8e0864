// Without servername the host is what the certificate has to be for; with one that is.
// rows: T09

const { lane } = require('./prelude');
const { serve, connect } = require('./prelude_tls');

const server = serve({}, (peer) => peer.end(), () => {
  one({ host: 'localhost' }, () => one({ servername: 'elsewhere' }, () => one({ host: '127.0.0.1' }, () => server.close())));
});

function one(options, next) {
  const client = connect(server, options, 'secureConnect close');
  client.on('error', (error) => lane('client')(error.code, error.host, error.reason));
  client.on('close', next);
  client.resume();
}
