// unshift() after read(): the next read() finds those bytes first.
// rows: N11
// over: tcp unix

const { net, log, watch, called, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.resume();
  peer.end('header body');
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  client.once('readable', () => {
    const chunk = client.read();
    log('read', chunk);
    client.unshift(chunk.subarray(7));
    client.unshift(Buffer.from('new '));
    log('length', client.readableLength);
    log('read', client.read());
    client.resume();
  });
  client.on('end', () => {
    client.on('error', called(log, 'error'));
    log('unshift', client.unshift(Buffer.from('late')));
  });
  watch(log, client, 'close');
});
