// The peer's address after 'close', when nobody asked for it before.
// rows: S24

const { net, log, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.end();
  peer.resume();
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  client.resume();
  client.on('close', () => {
    log('remote', client.remoteAddress, client.remotePort, client.remoteFamily);
  });
});
