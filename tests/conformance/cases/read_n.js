// read(n): as many as asked, null when there are fewer, the rest at the end.
// rows: N11
// over: tcp unix

const { net, log, watch, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.resume();
  peer.end('abcdefgh');
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  client.once('readable', () => {
    log('length', client.readableLength);
    log('read 3', client.read(3));
    log('read 0', client.read(0));
    log('read 2', client.read(2));
    log('length', client.readableLength);
    log('read 5', client.read(5));
    client.on('readable', () => {
      let chunk;
      while ((chunk = client.read(2)) !== null) log('read 2', chunk);
    });
  });
  watch(log, client, 'end close');
});
