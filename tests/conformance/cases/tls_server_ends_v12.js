// The server ends in its listener, with TLS 1.2.
// rows: T17 T18

const { serveOne, connect } = require('./prelude_tls');

serveOne({ maxVersion: 'TLSv1.2' }, (peer) => peer.end('bye'), (server) => connect(server));
