// Both half-open: the client ends, the server answers and ends, each closes after the second FIN.
// rows: S29
// over: tcp unix

const { net, lane, watch, place, where } = require('./prelude');

const server = net.createServer({ allowHalfOpen: true }, (peer) => {
  watch(lane('server'), peer, 'data end finish error close');
  peer.on('end', () => peer.end('answer'));
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server, { allowHalfOpen: true }));
  watch(lane('client'), client, 'data end finish error close');
  client.end('question');
});
