// Two sockets are readable: each one's ticks run before the other's 'data'.
// rows: N15 S26
// over: tcp unix

const { net, log, place, where } = require('./prelude');

let peers = [];
const server = net.createServer((peer) => {
  peers.push(peer);
  if (peers.length === 2) {
    server.close();
    for (const each of peers) each.end('x');
  }
  peer.resume();
});
server.listen(place(), () => {
  for (let i = 0; i < 2; i++) {
    const client = net.connect(where(server));
    client.on('data', () => {
      log('data');
      process.nextTick(() => log('tick'));
    });
  }
});
