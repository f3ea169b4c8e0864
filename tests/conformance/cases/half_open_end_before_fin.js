// allowHalfOpen and one's own end() first: the peer's FIN closes the socket without more ado.
// rows: S29
// over: tcp unix

const { net, log, watch, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.resume();
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server, { allowHalfOpen: true }));
  watch(log, client, 'finish end error close');
  client.resume();
  client.end();
});
