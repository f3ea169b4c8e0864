// A client whose certificate is of an authority that the server does not know.
// rows: T10

const { own, ca, serveOne, connect } = require('./prelude_tls');

serveOne({ ca, requestCert: true }, null, (server) => connect(server, own('stranger'))).on('tlsClientError', (error, peer) => peer.destroy());
