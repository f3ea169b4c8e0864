// 'readable' and read(): everything arrives, then 'end'.
// rows: N11
// over: tcp unix

const { net, log, watch, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.resume();
  peer.end('hello world');
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  log('read', client.read());
  client.on('readable', () => {
    let chunk;
    while ((chunk = client.read()) !== null) {
      log('read', chunk);
      log('flowing', client.readableFlowing, client.readableLength);
    }
  });
  watch(log, client, 'end close');
  client.on('end', () => log('read', client.read(), client.readableEnded));
});
