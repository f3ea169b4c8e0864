// Both ends' addresses while connecting, connected and closed.
// rows: S23 S24 N09
// over: tcp tcp6 unix

const { net, lane, hide, place, where } = require('./prelude');

const say = (logger, socket, when) => {
  const own = socket.address();
  logger(when, own.address, own.family, own.port);
  logger(when, 'local', socket.localAddress, socket.localPort, socket.localFamily);
  logger(when, 'remote', socket.remoteAddress, socket.remotePort, socket.remoteFamily);
};
const server = net.createServer((peer) => {
  say(lane('server'), peer, 'connection');
  peer.end();
  peer.resume();
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  lane('client')('connecting remote', client.remoteAddress, client.remotePort);
  client.resume();
  client.on('connect', () => {
    if (client.localPort !== undefined) hide(client.localPort, 'CLIENT');
    say(lane('client'), client, 'connect');
  });
  client.on('close', () => {
    lane('client')('close local', client.localAddress, client.localPort);
    lane('client')('close remote', client.remoteAddress, client.remotePort);
  });
});
