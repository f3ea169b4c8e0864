// The listener of createServer() is a 'connection' listener like any other, the first.
// rows: S01 S06 S12
// over: tcp unix

const { net, log, place, where } = require('./prelude');

const server = net.createServer({ allowHalfOpen: true }, (peer) => {
  log('from createServer', peer instanceof net.Socket, peer.allowHalfOpen);
});
server.on('connection', () => log('added'));
server.prependListener('connection', () => log('prepended'));
server.on('connection', (peer) => {
  peer.end();
  peer.resume();
  server.close();
});
log('listeners', server.listenerCount('connection'));
server.listen(place(), () => net.connect(where(server)).resume());
