// What write() refuses at once, and that the socket lives on.
// rows: S16 N14
// over: tcp unix

const { net, log, attempt, gather, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  gather(log, peer);
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  client.on('ready', () => {
    attempt(log, 'number', () => client.write(5));
    attempt(log, 'null', () => client.write(null));
    attempt(log, 'boolean', () => client.write(true));
    attempt(log, 'array', () => client.write(['x']));
    attempt(log, 'object', () => client.write({}));
    attempt(log, 'encoding', () => client.write('x', 'nonsense'));
    attempt(log, 'end', () => client.end(5));
    log('destroyed', client.destroyed);
    client.end('still here');
  });
});
