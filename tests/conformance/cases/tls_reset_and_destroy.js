// resetAndDestroy() of an accepted socket.
// rows: T21

const { lane, attempt } = require('./prelude');
const { serveOne, connect } = require('./prelude_tls');

serveOne({}, (peer, say) => setTimeout(() => {
  attempt(say, 'resetAndDestroy', () => peer.resetAndDestroy());
  if (!peer.destroyed) peer.destroy();
}, 20), (server) => connect(server, {}, 'connect secureConnect end finish error close').resume());
