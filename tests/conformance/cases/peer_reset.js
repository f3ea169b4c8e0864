// The peer resets: 'error' ECONNRESET, 'close' true, never 'end'.
// rows: S26 N10

const { net, log, describe, watch, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.on('data', () => peer.resetAndDestroy());
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  watch(log, client, 'connect data end finish close');
  client.on('error', (error) => {
    log('error', describe(error));
    log('bytes', client.bytesRead, client.bytesWritten);
  });
  client.write('hello');
});
