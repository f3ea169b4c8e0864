// Queued writes at destroy(): each callback hears once that the stream is gone.
// rows: S16 S18 N10
// over: tcp unix

const { net, log, watch, called, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.on('error', () => {});
  peer.pause();
  server.close();
  server.on('done', () => peer.destroy());
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  watch(log, client, 'drain finish error close');
  client.on('ready', () => {
    client.write(Buffer.alloc(32 * 1024 * 1024), called(log, 'first'));
    client.write('x', called(log, 'second'));
    client.write('y', called(log, 'third'));
    client.destroy();
    log('length', client.writableLength > 0);
  });
  client.on('close', () => server.emit('done'));
});
