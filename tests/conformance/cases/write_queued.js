// A write that the kernel does not take whole: false, and 'drain' before its callback.
// rows: S16 S15
// over: tcp unix

const { net, log, watch, called, place, where } = require('./prelude');

const size = 32 * 1024 * 1024;
const server = net.createServer((peer) => {
  peer.pause();
  peer.on('end', () => log('received', peer.bytesRead === size));
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  watch(log, client, 'error');
  client.on('ready', () => {
    log('write', client.write(Buffer.alloc(size), called(log, 'callback')));
    log('queued', client.writableLength > 0, client.bufferSize === client.writableLength);
    log('need drain', client.writableNeedDrain, 'written', client.bytesWritten === size);
    server.emit('go');
  });
  client.on('drain', () => {
    log('drain', client.writableLength, client.bufferSize, client.writableNeedDrain);
    client.end();
  });
});
server.on('connection', (peer) => {
  server.on('go', () => setImmediate(() => peer.resume()));
});
