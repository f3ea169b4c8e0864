// end() alone before the connection: the FIN is sent once connected.
// rows: S17 S14
// over: tcp unix

const { net, lane, watch, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  watch(lane('server'), peer, 'data end finish error close');
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  watch(lane('client'), client, 'connect ready finish end error close');
  client.resume();
  client.end();
});
