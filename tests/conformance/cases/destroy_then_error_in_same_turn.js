// destroy() first, destroy(error) a moment later: the error comes too late to be reported.
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
    client.destroy();
    process.nextTick(() => client.destroy(new Error('late')));
  });
});
server.listen(place());
