// Without a host it is 'localhost', whatever addresses that has.
// rows: S03 S04

const { net, log, watch, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.end('hello');
  peer.resume();
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server).port);
  watch(log, client, 'connect data end error close');
  client.on('connect', () => log('remote', client.remoteAddress));
});
