// What write() and the counters say before the connection.
// rows: S16 S15 N12
// over: tcp unix

const { net, log, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.resume();
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  log('write', client.write('one'));
  log('write', client.write('three'));
  log('lengths', client.writableLength, client.bufferSize, client.bytesWritten);
  log('need drain', client.writableNeedDrain);
  client.on('ready', () => {
    client.end();
    client.on('finish', () => {
      log('lengths', client.writableLength, client.bufferSize, client.bytesWritten);
    });
  });
});
