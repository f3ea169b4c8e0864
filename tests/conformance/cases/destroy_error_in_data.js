// destroy(error) in 'data', on the server's end.
// rows: N10 S26
// over: tcp unix

const { net, lane, watch, place, where } = require('./prelude');

const server = net.createServer();
server.on('connection', (peer) => {
  watch(lane('server'), peer, 'data end error close');
  peer.on('data', () => peer.destroy(new Error('boom')));
  server.close();
});
server.on('listening', () => {
  const client = net.connect(where(server));
  watch(lane('client'), client, 'data end finish error close');
  client.write('hello');
});
server.listen(place());
