// A client whose certificate is of an authority that the server does not know, with TLS 1.2.
// rows: T10

const { own, ca, serveOne, connect } = require('./prelude_tls');

serveOne({ ca, requestCert: true, maxVersion: 'TLSv1.2' }, null, (server) => connect(server, own('stranger'))).on('tlsClientError', (error, peer) => peer.destroy());
