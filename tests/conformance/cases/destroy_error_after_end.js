// destroy(error) right after end(data).
// rows: N10 S17
// over: tcp unix

const { net, log, watch, place, where } = require('./prelude');

const server = net.createServer();
server.on('connection', (peer) => {
  peer.resume();
  peer.on('error', () => {});
  server.close();
});
server.on('listening', () => {
  const client = net.connect(where(server));
  watch(log, client, 'connect finish end error close');
  client.on('connect', () => {
    client.end('bye');
    client.destroy(new Error('boom'));
  });
});
server.listen(place());
