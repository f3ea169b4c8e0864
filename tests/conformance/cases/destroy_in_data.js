// destroy() in a 'data' listener: the listeners after it still hear this chunk, then only 'close'.
// rows: S18 S26
// over: tcp unix

const { net, log, watch, called, place, where } = require('./prelude');

const server = net.createServer();
server.on('connection', (peer) => {
  peer.on('error', () => {});
  peer.end('hello');
  server.close();
});
server.on('listening', () => {
  const client = net.connect(where(server));
  client.on('data', (data) => {
    log('first', data);
    client.destroy();
  });
  client.on('data', called(log, 'second'));
  watch(log, client, 'end finish error close');
});
server.listen(place());
