// end(data) after end(): the data is refused as a write after end.
// rows: S17 N12 N14
// over: tcp unix

const { net, log, watch, called, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.resume();
  peer.on('error', () => {});
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  watch(log, client, 'finish error close');
  client.on('connect', () => {
    client.end('bye', called(log, 'first'));
    client.end('again', called(log, 'second'));
  });
});
