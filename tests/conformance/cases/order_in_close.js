// A socket's 'close' against ticks and immediates made where it was destroyed.
// rows: N15 S18

const { net, log, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.resume();
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  client.on('connect', () => setImmediate(() => {
    setImmediate(() => log('immediate'));
    client.destroy();
    process.nextTick(() => log('tick'));
    client.on('close', () => {
      log('close');
      process.nextTick(() => log('tick in close'));
      setImmediate(() => log('immediate in close'));
    });
  }));
});
