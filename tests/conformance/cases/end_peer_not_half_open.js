// The peer ends first, nobody half-open: both ends from 'end' to 'close'.
// rows: S29 S17 S26
// over: tcp unix

const { net, lane, watch, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  watch(lane('server'), peer, 'data end finish error close');
  peer.end('bye');
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  watch(lane('client'), client, 'connect ready data end finish error close');
  client.on('end', () => lane('client')('state', client.readyState, client.writableEnded));
});
