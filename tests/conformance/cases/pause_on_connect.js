// pauseOnConnect: the accepted socket is paused and reads nothing until resume().
// rows: N06 S01 S19
// over: tcp unix

const { net, log, watch, place, where } = require('./prelude');

const server = net.createServer({ pauseOnConnect: true }, (peer) => {
  watch(log, peer, 'data end close');
  log('paused', peer.isPaused(), peer.readableFlowing, peer.bytesRead);
  server.on('sent', () => {
    log('resume', peer.bytesRead);
    peer.resume();
  });
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  client.resume();
  server.on('connection', () => {
    client.end('hello', () => setImmediate(() => server.emit('sent')));
  });
});
