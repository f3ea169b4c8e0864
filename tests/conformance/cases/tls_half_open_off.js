// Neither is half-open: what is written after the peer's end is too late.
// rows: T20

const { lane, called } = require('./prelude');
const { serveOne, connect } = require('./prelude_tls');

serveOne({}, (peer, say) => {
  peer.on('end', () => setTimeout(() => {
    say(peer.writable, peer.readyState);
    peer.write('late', called(say, 'written'));
  }, 20));
}, (server) => connect(server).end('bye', called(lane('client'), 'ended')));
