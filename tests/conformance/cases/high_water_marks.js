// The high water marks of a socket: the default, and one's own.
// rows: N06 N11 N12
// over: tcp unix

const { net, log, place, where } = require('./prelude');

const server = net.createServer({ highWaterMark: 1000 }, (peer) => {
  log('accepted', peer.readableHighWaterMark, peer.writableHighWaterMark);
  peer.end();
  peer.resume();
  server.close();
});
const socket = new net.Socket();
log('default', socket.readableHighWaterMark, socket.writableHighWaterMark);
server.listen(place(), () => net.connect(where(server)).resume());
