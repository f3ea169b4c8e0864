// On a Unix socket 'drop' comes without addresses.
// rows: N03
// over: unix

const { net, log, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  log('connection');
  server.on('drop', (data) => {
    log('drop', data);
    server.close();
    peer.destroy();
  });
});
server.maxConnections = 1;
server.listen(place(), () => {
  for (let i = 0; i < 2; i++) {
    const client = net.connect(where(server));
    client.on('error', () => {});
    client.resume();
  }
});
