// Both half-open: the client ends, the server answers and ends.
// rows: T20

const { serveOne, connect } = require('./prelude_tls');

serveOne({ allowHalfOpen: true }, (peer) => {
  peer.on('end', () => peer.end('answer'));
}, (server) => {
  connect(server, { allowHalfOpen: true }).end('question');
});
