// Bytes that are no UTF-8, and how many replacement characters they make.
// rows: S27
// over: tcp unix

const { net, log, watch, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.resume();
  peer.end(Buffer.from('61ff62c3286380e28263f0908041edb0807a', 'hex'));
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  client.setEncoding('utf8');
  watch(log, client, 'data end');
});
