// Listeners added in an immediate after 'connection' miss nothing.
// rows: S26 N11
// over: tcp unix

const { net, log, watch, gather, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  setImmediate(() => {
    gather(log, peer);
    watch(log, peer, 'end close');
  });
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  client.resume();
  client.end('hello');
});
