// setSecureContext() is for connections to come.
// rows: T13 T31

const { lane } = require('./prelude');
const { own, serve, connect } = require('./prelude_tls');

const server = serve({}, (peer) => peer.end(), () => one(() => {
  server.setSecureContext(own('rsa'));
  one(() => server.close());
}));

function one(next) {
  const client = connect(server);
  client.on('secureConnect', () => lane('client')(client.getPeerCertificate().subject.CN));
  client.on('close', next);
}
