// destroy() in the 'connect' listener: is there still a 'ready', and what does the server see?
// rows: S18 S26
// over: tcp unix

const { net, lane, watch, place, where } = require('./prelude');

const client = lane('client');
const server = net.createServer();
server.on('connection', (peer) => {
  watch(lane('server'), peer, 'data end error close');
  server.close();
});
server.on('listening', () => {
  const socket = net.connect(where(server));
  watch(client, socket, 'connect ready end finish error close');
  socket.on('connect', () => {
    socket.destroy();
    client('destroyed', socket.destroyed);
  });
});
server.listen(place());
