// Only the first of two errors is reported, once.
// rows: N10
// over: tcp unix

const { net, log, watch, place, where } = require('./prelude');

const server = net.createServer();
server.on('connection', (peer) => {
  peer.resume();
  server.close();
});
server.on('listening', () => {
  const client = net.connect(where(server));
  watch(log, client, 'error close');
  client.on('connect', () => {
    client.destroy(new Error('first'));
    client.destroy(new Error('second'));
  });
  client.on('error', () => client.destroy(new Error('third')));
});
server.listen(place());
