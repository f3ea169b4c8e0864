// end(callback) on a destroyed socket.
// rows: S17 N10
// over: tcp unix

const { net, log, watch, called, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.resume();
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  watch(log, client, 'finish error close');
  client.on('connect', () => {
    client.destroy();
    client.end(called(log, 'end callback'));
  });
});
