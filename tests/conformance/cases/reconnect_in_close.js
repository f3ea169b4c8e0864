// connect() again on the same socket, in its 'close'.
// rows: S14 N09
// over: tcp unix

const { net, log, watch, place, where } = require('./prelude');

let count = 0;
const server = net.createServer((peer) => {
  peer.end(`greeting ${++count}`);
  peer.resume();
  if (count === 2) server.close();
});
server.listen(place(), () => {
  const client = new net.Socket();
  watch(log, client, 'connect ready data end finish error close');
  client.once('close', () => {
    log('destroyed', client.destroyed, 'pending', client.pending);
    client.connect(where(server));
    log('destroyed', client.destroyed, 'connecting', client.connecting);
  });
  client.connect(where(server));
});
