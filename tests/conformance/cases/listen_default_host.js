// listen(port) alone listens everywhere: on '::' in Node, on 0.0.0.0 here.
// rows: S07 S10

const { net, log } = require('./prelude');

const server = net.createServer((peer) => {
  log('from', peer.localAddress.replace('::ffff:', ''));
  peer.end();
  peer.resume();
  server.close();
});
const say = (...what) => log(...what, server.address().address, server.address().family);
server.listen(0, () => {
  say('listening');
  net.connect(server.address().port, '127.0.0.1').resume();
});
say('after', server.listening);
