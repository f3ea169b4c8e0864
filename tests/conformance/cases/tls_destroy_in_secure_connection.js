// The server destroys in 'secureConnection', right after a write.
// rows: T21

const { called } = require('./prelude');
const { serveOne, connect } = require('./prelude_tls');

serveOne({}, (peer, say) => {
  peer.write('never', called(say, 'written'));
  peer.destroy();
  say('state', peer.destroyed, peer.readyState, peer.writable);
}, (server) => connect(server).resume());
