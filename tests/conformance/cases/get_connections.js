// getConnections() answers later, counts what is open, also on a server that never listened.
// rows: S11
// over: tcp unix

const { net, log, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  server.getConnections((error, count) => log('one', error, count));
  log('asked');
  peer.on('close', () => server.getConnections((error, count) => {
    log('none', error, count);
    server.close();
  }));
  peer.end();
  peer.resume();
});
net.createServer().getConnections((error, count) => log('never listened', error, count));
server.listen(place(), () => {
  server.getConnections((error, count) => {
    log('start', error, count);
    net.connect(where(server)).resume();
  });
});
