// end(data) before the connection: the whole life of both ends.
// rows: S17 S14 S29
// over: tcp unix

const { net, lane, watch, called, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  watch(lane('server'), peer, 'data end finish error close');
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server), () => lane('client')('listener'));
  watch(lane('client'), client, 'connect ready data finish end error close');
  client.end('hi', called(lane('client'), 'end callback'));
  lane('client')('state', client.readyState, client.writableEnded);
});
