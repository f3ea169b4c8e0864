// There is no reset on a Unix socket.
// rows: N10
// over: unix

const { net, log, watch, attempt, place, where } = require('./prelude');

const server = net.createServer();
server.on('connection', (peer) => {
  peer.resume();
  server.close();
});
server.on('listening', () => {
  const client = net.connect(where(server));
  watch(log, client, 'connect error close');
  client.on('connect', () => {
    attempt(log, 'reset', () => client.resetAndDestroy());
    log('destroyed', client.destroyed);
    client.destroy();
  });
});
server.listen(place());
