// checkServerIdentity(): what it is called with, and an error that it returns.
// rows: T08

const { lane } = require('./prelude');
const { serveOne, connect } = require('./prelude_tls');

serveOne({}, null, (server) => connect(server, {
  servername: 'localhost',
  checkServerIdentity: (host, cert) => {
    lane('client')('check', host, cert.subject.CN, cert.subjectaltname);
    return new Error('not you');
  },
})).on('tlsClientError', (error, peer) => peer.destroy());
