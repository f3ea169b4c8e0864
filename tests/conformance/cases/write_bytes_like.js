// Data that is not text: buffers, views, what the caller changes after the call.
// rows: S16
// over: tcp unix

const { net, log, gather, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  gather(log, peer);
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  client.on('ready', () => {
    client.write(Buffer.from('one '));
    client.write(new Uint8Array([116, 119, 111, 32]));
    client.write(Buffer.from('xthree x').subarray(1, 7));
    const buffer = Buffer.from('four');
    client.write(buffer);
    buffer.fill('-');
    log('written', client.bytesWritten);
    client.end(Buffer.from('!'));
  });
});
