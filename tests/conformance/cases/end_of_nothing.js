// The peer ends without a byte: 'end' all the same, to a 'readable' reader too.
// rows: S26 N11
// over: tcp unix

const { net, log, lane, watch, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  watch(lane('server'), peer, 'data end close');
  peer.end();
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  client.on('readable', () => log('readable', client.read()));
  watch(log, client, 'end close');
});
