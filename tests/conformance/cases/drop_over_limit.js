// A connection over maxConnections: 'drop' says from where to where, and it is closed.
// rows: N03

const { net, lane, watch, hide, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  lane('server')('connection');
  peer.resume();
  server.kept = peer;
});
server.maxConnections = 1;
server.on('drop', (data) => {
  hide(data.remotePort, 'CLIENT');
  lane('server')('drop', data.localAddress, data.localPort, data.localFamily);
  lane('server')('drop', data.remoteAddress, data.remotePort, data.remoteFamily);
  server.getConnections((error, count) => lane('server')('connections', count));
});
server.listen(place(), () => {
  const first = net.connect(where(server), () => {
    const second = net.connect(where(server));
    watch(lane('second'), second, 'connect end');
    second.resume();
    second.on('error', () => {});
    second.on('close', () => {
      first.end();
      server.close();
    });
  });
  first.resume();
});
