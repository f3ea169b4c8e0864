// end() without data before the handshake.
// rows: T17

const { serveOne, connect } = require('./prelude_tls');

serveOne({}, (peer, say) => say('secureConnection'), (server) => connect(server).end());
