// After close() nobody gets in, though a connection is still open.
// rows: S09 S14
// over: tcp unix

const { net, log, watch, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  const target = where(server);
  server.close();
  const late = net.connect(target);
  watch(log, late, 'connect error close');
  late.on('close', () => peer.end());
});
server.on('close', () => log('server close'));
server.listen(place(), () => {
  const client = net.connect(where(server));
  client.resume();
});
