// A client of TLS 1.2 and a server of TLS 1.3 only.
// rows: T04 T31

const { serveOne, connect } = require('./prelude_tls');

serveOne({ minVersion: 'TLSv1.3' }, null, (server) => connect(server, { maxVersion: 'TLSv1.2' })).on('tlsClientError', (error, peer) => peer.destroy());
