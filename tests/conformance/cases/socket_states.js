// connecting, pending, readyState, destroyed, closed through a socket's life.
// rows: N09 S14
// over: tcp unix

const { net, log, place, where } = require('./prelude');

const say = (socket, when) => log(
  when, socket.connecting, socket.pending, socket.readyState, socket.destroyed, socket.closed,
);
const server = net.createServer((peer) => {
  peer.resume();
  server.close();
});
server.listen(place(), () => {
  const client = new net.Socket();
  say(client, 'new');
  client.connect(where(server));
  say(client, 'connecting');
  client.on('connect', () => say(client, 'connect'));
  client.on('ready', () => {
    say(client, 'ready');
    client.end();
    say(client, 'ended');
    client.resume();
  });
  client.on('finish', () => say(client, 'finish'));
  client.on('end', () => say(client, 'end'));
  client.on('close', () => say(client, 'close'));
});
