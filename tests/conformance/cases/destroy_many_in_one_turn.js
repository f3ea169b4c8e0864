// A server destroys all its connections: each 'close' once, the server's 'close' before the last.
// rows: S18 S09
// over: tcp unix

const { net, log, place, where } = require('./prelude');

const peers = [];
const server = net.createServer((peer) => {
  peers.push(peer);
  peer.resume();
  peer.on('close', () => log('socket close'));
  if (peers.length < 3) return;
  server.close((error) => log('server close', error));
  for (const each of peers) each.destroy();
  server.getConnections((error, count) => log('connections', count));
});
server.listen(place(), () => {
  for (let i = 0; i < 3; i++) net.connect(where(server)).on('error', () => {}).resume();
});
