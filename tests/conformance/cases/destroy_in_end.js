// destroy() in the 'end' listener of a socket that would have answered the FIN.
// rows: S18 S29
// over: tcp unix

const { net, lane, watch, place, where } = require('./prelude');

const server = net.createServer();
server.on('connection', (peer) => {
  watch(lane('server'), peer, 'data end finish error close');
  peer.on('end', () => peer.destroy());
  server.close();
});
server.on('listening', () => {
  const client = net.connect(where(server));
  watch(lane('client'), client, 'data end finish error close');
  client.end('bye');
});
server.listen(place());
