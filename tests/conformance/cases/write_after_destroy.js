// write() after destroy(): the callback hears it, nothing else does.
// rows: S16 N10 N14
// over: tcp unix

const { net, log, describe, watch, called, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.resume();
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  watch(log, client, 'drain finish error close');
  client.on('connect', () => {
    client.destroy();
    log('write', client.write('x', called(log, 'callback')));
    client.write('y', (error) => log('callback', describe(error)));
    log('write', client.write('z'));
    process.nextTick(() => log('tick'));
  });
});
