// The readable flags through a socket's life.
// rows: N11
// over: tcp unix

const { net, log, place, where } = require('./prelude');

const say = (socket, when) => log(
  when, socket.readable, socket.readableEnded, socket.readableLength,
  socket.readableFlowing, socket.readableEncoding, socket.readableAborted,
);
const server = net.createServer((peer) => {
  peer.resume();
  peer.end('x');
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  say(client, 'connecting');
  client.on('ready', () => {
    say(client, 'ready');
    client.setEncoding('utf8');
    client.on('data', () => say(client, 'data'));
  });
  client.on('end', () => say(client, 'end'));
  client.on('close', () => say(client, 'close'));
});
