// The writable flags through a socket's life.
// rows: N12
// over: tcp unix

const { net, log, place, where } = require('./prelude');

const say = (socket, when) => log(
  when, socket.writable, socket.writableEnded, socket.writableFinished,
  socket.writableLength, socket.writableCorked,
);
const server = net.createServer((peer) => {
  peer.resume();
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  say(client, 'connecting');
  client.on('ready', () => {
    say(client, 'ready');
    client.end('x');
    say(client, 'ended');
  });
  client.on('finish', () => say(client, 'finish'));
  client.on('close', () => say(client, 'close'));
});
