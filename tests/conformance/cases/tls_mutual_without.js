// A client that has none of the certificate that it is asked for.
// rows: T10

const { ca, serveOne, connect } = require('./prelude_tls');

serveOne({ ca, requestCert: true }, null, (server) => connect(server)).on('tlsClientError', (error, peer) => peer.destroy());
