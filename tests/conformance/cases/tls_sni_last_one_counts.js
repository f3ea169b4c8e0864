// addContext() of the same name twice.
// rows: T13

const { lane } = require('./prelude');
const { own, serveOne, connect } = require('./prelude_tls');

const server = serveOne({}, (peer) => peer.end(), () => {
  const client = connect(server, { servername: 'localhost' });
  client.on('secureConnect', () => lane('client')(client.getPeerCertificate().subject.CN));
});
server.addContext('localhost', own('elsewhere'));
server.addContext('localhost', own('rsa'));
