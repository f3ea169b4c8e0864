// The server ends in its listener.
// rows: T17 T18

const { serveOne, connect } = require('./prelude_tls');

serveOne({}, (peer) => peer.end('bye'), (server) => connect(server));
