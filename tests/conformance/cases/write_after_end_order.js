// write() after one's own end(): callback, 'error', then 'close' true.
// rows: S16 S17 N14
// over: tcp unix

const { net, log, describe, watch, called, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.resume();
  peer.on('error', () => {});
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  watch(log, client, 'finish end close');
  client.on('error', (error) => log('error', describe(error)));
  client.on('connect', () => {
    client.end('bye', called(log, 'end callback'));
    log('write', client.write('more', called(log, 'callback')));
    process.nextTick(() => log('tick'));
    log('destroyed', client.destroyed);
  });
});
