// The server destroys with an error of its own, when data has come.
// rows: T21

const { serveOne, connect } = require('./prelude_tls');

serveOne({}, (peer) => {
  peer.on('data', () => peer.destroy(new Error('mine')));
}, (server) => connect(server).write('x'));
