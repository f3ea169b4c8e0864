// setKeepAlive(): how the kernel is told of the probes, by arguments and by an object.
// rows: N25 S22

const { spawnSync } = require('node:child_process');
const { net, log, place, where } = require('./prelude');

// Node cannot ask the kernel for these; Python can, and gets the descriptor as its third.
const ASK = `
import socket
s = socket.socket(fileno=3)
tcp = socket.IPPROTO_TCP
names = socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT
print(s.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE), *[s.getsockopt(tcp, name) for name in names])
s.detach()
`;

function kernel(socket) {
  const stdio = ['ignore', 'pipe', 'inherit', socket._handle.fd];
  return String(spawnSync('python3', ['-c', ASK], { stdio }).stdout).trim();
}

const server = net.createServer((peer) => peer.resume());
server.listen(place(), () => {
  const before = new net.Socket().setKeepAlive(true, 60000, 5000, 3);
  before.connect(where(server), () => {
    log('before connect', kernel(before));
    before.setKeepAlive(true, 60000, 6000, 3);
    log('changed', kernel(before));
    before.setKeepAlive(false);
    log('off', kernel(before));
    before.setKeepAlive({ enable: true, initialDelay: 7000, interval: 2000, count: 4 });
    log('object', kernel(before));
    before.destroy();
  });
  const client = net.connect(where(server), () => {
    client.setKeepAlive({ enable: true });
    log('only on', kernel(client).split(' ')[0]);
    client.setKeepAlive(true, 1000);
    log('defaults', kernel(client));
    client.setKeepAlive(true, 2000, undefined, 5);
    log('count', kernel(client));
    client.setKeepAlive({});
    log('empty', kernel(client).split(' ')[0]);
    client.destroy();
    server.close();
  });
});
