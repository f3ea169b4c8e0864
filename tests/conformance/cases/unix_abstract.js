// An abstract name: no file, an address that begins with NUL, and it works.
// rows: N16 S10
// over: unix

const { net, log, gather, hide } = require('./prelude');

const name = hide(`net-${process.pid}-${Date.now()}`, 'NAME');
const server = net.createServer((peer) => {
  peer.pipe(peer);
  server.close();
});
server.listen('\0' + name, () => {
  log('address', server.address(), require('node:fs').existsSync(name));
  const client = net.connect('\0' + name);
  gather(log, client);
  client.end('echo');
});
