// The peer resets while writes are queued: every callback hears an error, once.
// rows: S16 S26 N10

const { net, log, watch, place, where } = require('./prelude');

const counts = new Array(20).fill(0);
let errors = 0;
const server = net.createServer((peer) => {
  peer.once('data', () => peer.resetAndDestroy());
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  watch(log, client, 'end finish close');
  client.on('error', () => log('error'));
  client.on('ready', () => {
    for (let i = 0; i < 20; i++) {
      client.write(Buffer.alloc(8 * 1024 * 1024), (error) => {
        counts[i]++;
        if (error) errors++;
      });
    }
  });
  client.on('close', () => setImmediate(() => {
    log('each once', counts.every((count) => count === 1), 'most failed', errors > 15);
  }));
});
