// end() and at once destroy() on a connected socket: no 'finish', no 'end'.
// rows: S17 S18
// over: tcp unix

const { net, lane, watch, called, place, where } = require('./prelude');

const client = lane('client');
const server = net.createServer();
server.on('connection', (peer) => {
  watch(lane('server'), peer, 'data end error close');
  server.close();
});
server.on('listening', () => {
  const socket = net.connect(where(server));
  watch(client, socket, 'connect end finish error close');
  socket.on('connect', () => {
    socket.end(called(client, 'end callback'));
    socket.destroy();
    client('ended', socket.writableEnded, 'finished', socket.writableFinished);
  });
});
server.listen(place());
