// A server without a certificate, with TLS 1.2.
// rows: T04

const { serveOne, connect } = require('./prelude_tls');

serveOne({ key: undefined, cert: undefined, maxVersion: 'TLSv1.2' }, null, (server) => connect(server)).on('tlsClientError', (error, peer) => peer.destroy());
