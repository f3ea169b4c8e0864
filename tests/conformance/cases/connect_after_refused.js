// A refused socket may connect again, elsewhere.
// rows: S14

const { net, log, watch, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.end('hello');
  peer.resume();
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(1, '127.0.0.1');
  watch(log, client, 'connect data end finish error close');
  client.once('close', () => client.connect(where(server)));
});
