// resetAndDestroy() while connecting waits for 'connect'.
// rows: N10

const { net, lane, watch, place, where } = require('./prelude');

const server = net.createServer();
server.on('connection', (peer) => {
  peer.resume();
  watch(lane('server'), peer, 'end error close');
  server.close();
});
server.on('listening', () => {
  const client = net.connect(where(server));
  watch(lane('client'), client, 'connect ready error close');
  client.resetAndDestroy();
  lane('client')('destroyed', client.destroyed);
});
server.listen(place());
