// Aborting after 'close' does nothing; what is no signal is refused.
// rows: N08

const { net, log, watch, attempt, place, where } = require('./prelude');

const controller = new AbortController();
const server = net.createServer((peer) => {
  peer.end();
  peer.resume();
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server, { signal: controller.signal }));
  watch(log, client, 'error end close');
  client.resume();
  client.on('close', () => {
    controller.abort();
    setImmediate(() => log('later', client.errored));
  });
});
attempt(log, 'no signal', () => new net.Socket({ signal: 'x' }));
