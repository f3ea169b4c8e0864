// close() with a connection: it lives on, and 'close' comes when it ends.
// rows: S09 S12
// over: tcp unix

const { net, log, watch, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  watch(log, peer, 'data end finish close');
  server.close((error) => log('server closed', error));
  log('listening', server.listening);
  server.getConnections((error, count) => {
    log('connections', error, count);
    peer.write('still served');
  });
});
server.on('close', () => log('server close'));
server.listen(place(), () => {
  const client = net.connect(where(server));
  client.once('data', () => client.end('bye'));
});
