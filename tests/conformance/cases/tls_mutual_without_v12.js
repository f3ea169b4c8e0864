// A client that has none of the certificate that it is asked for, with TLS 1.2.
// rows: T10

const { ca, serveOne, connect } = require('./prelude_tls');

serveOne({ ca, requestCert: true, maxVersion: 'TLSv1.2' }, null, (server) => connect(server)).on('tlsClientError', (error, peer) => peer.destroy());
