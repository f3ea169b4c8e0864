// setNoDelay() and setKeepAlive(): before, during and after a connection, answering the socket.
// rows: S21 S22 N06 N08
// over: tcp unix

const { net, log, watch, place, where } = require('./prelude');

const say = (socket, when) => log(
  when,
  socket.setNoDelay() === socket, socket.setNoDelay(false) === socket,
  socket.setKeepAlive() === socket, socket.setKeepAlive(true, 1000) === socket,
);
const server = net.createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 1000 }, (peer) => {
  peer.end();
  peer.resume();
  server.close();
});
server.listen(place(), () => {
  const client = new net.Socket();
  watch(log, client, 'connect error close');
  say(client, 'new');
  client.connect(where(server, { noDelay: true, keepAlive: true }));
  say(client, 'connecting');
  client.on('connect', () => say(client, 'connected'));
  client.on('close', () => say(client, 'closed'));
  client.resume();
});
