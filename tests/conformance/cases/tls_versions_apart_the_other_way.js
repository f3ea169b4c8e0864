// A client of TLS 1.3 only and a server of TLS 1.2.
// rows: T04 T31

const { serveOne, connect } = require('./prelude_tls');

serveOne({ maxVersion: 'TLSv1.2' }, null, (server) => connect(server, { minVersion: 'TLSv1.3' })).on('tlsClientError', (error, peer) => peer.destroy());
