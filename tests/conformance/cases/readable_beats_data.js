// With both listeners 'readable' rules: 'data' is heard when read() is called.
// rows: N11
// over: tcp unix

const { net, log, watch, called, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.resume();
  peer.end('hello');
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  client.on('data', called(log, 'data'));
  client.on('readable', () => {
    if (client.readableLength === 0) return;
    log('readable', client.readableFlowing);
    log('read', client.read());
  });
  watch(log, client, 'end close');
});
