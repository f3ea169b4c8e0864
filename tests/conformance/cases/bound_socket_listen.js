// listen() takes a BoundSocket over: its port, its backlog, and what is left of it.
// rows: N22 S07
// over: tcp unix

const { net, over, log, attempt, watch, tempPath, where } = require('./prelude');

const options = over === 'unix' ? { path: tempPath() } : { host: '127.0.0.1' };
const bound = new net.BoundSocket(options);
const place = bound.address();
const server = net.createServer((peer) => peer.end('hello'));
watch(log, server, 'listening close error');
const returned = server.listen(bound, 5, () => {
  const now = server.address();
  log('callback', over === 'unix' ? now === place : now.port === place.port && now.address === place.address);
  attempt(log, 'again', () => server.listen(new net.BoundSocket({ host: '127.0.0.1' })));
  const client = net.connect(where(server));
  client.on('data', (data) => log('data', data));
  client.on('close', () => server.close());
});
log('returned', returned === server, 'listening', server.listening);
attempt(log, 'address', () => bound.address());
attempt(log, 'close', () => bound.close());
attempt(log, 'another server', () => net.createServer().listen({ handle: bound }));
const other = net.createServer();
other.listen({ handle: new net.BoundSocket({ host: '127.0.0.1' }), backlog: 3 }, () => {
  log('by an option', other.address().family);
  other.close();
});
