// 'connection' comes before the handshake, with the socket below.
// rows: T25

const { lane } = require('./prelude');
const { serveOne, connect } = require('./prelude_tls');

serveOne({}, (peer) => peer.end('hi'), (server) => connect(server)).on('connection', (raw) => {
  lane('server')('connection', raw, raw.encrypted);
});
