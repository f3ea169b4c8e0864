// resetAndDestroy(): the peer's read fails with ECONNRESET.
// rows: N10 S26

const { net, lane, describe, watch, place, where } = require('./prelude');

const server = net.createServer();
server.on('connection', (peer) => {
  peer.resume();
  watch(lane('server'), peer, 'end finish close');
  peer.on('error', (error) => lane('server')('error', describe(error)));
  server.close();
});
server.on('listening', () => {
  const client = net.connect(where(server));
  watch(lane('client'), client, 'connect ready finish end error close');
  client.on('ready', () => {
    lane('client')('same', client.resetAndDestroy() === client);
    lane('client')('destroyed', client.destroyed);
  });
});
server.listen(place());
