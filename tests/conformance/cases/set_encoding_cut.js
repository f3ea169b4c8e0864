// The stream ends inside a character.
// rows: S27
// over: tcp unix

const { net, log, watch, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.resume();
  peer.end(Buffer.from([0x61, 0xe2, 0x82]));
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  client.setEncoding('utf8');
  watch(log, client, 'data end');
});
