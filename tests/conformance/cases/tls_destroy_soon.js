// destroySoon() lets what is written go out.
// rows: T21

const { called } = require('./prelude');
const { serveOne, connect } = require('./prelude_tls');

serveOne({}, (peer, say) => {
  peer.write('all of it', called(say, 'written'));
  peer.destroySoon();
  say('state', peer.destroyed, peer.writable);
}, (server) => connect(server));
