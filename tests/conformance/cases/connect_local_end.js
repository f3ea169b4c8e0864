// localAddress and localPort choose the end to connect from.
// rows: S03 N08

const { net, lane, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  lane('server')('from', peer.remoteAddress);
  peer.end();
  peer.resume();
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server, { localAddress: '127.0.0.2', localPort: 0 }));
  client.resume();
  client.on('connect', () => {
    lane('client')('local', client.localAddress, client.localPort > 0, client.localFamily);
  });
});
