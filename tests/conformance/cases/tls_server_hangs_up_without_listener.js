// A server that ends at once, and nobody listens to 'error'.
// rows: T05 T33

const { net, place, where } = require('./prelude');
const { tls } = require('./prelude_tls');

const server = net.createServer((peer) => {
  peer.resume();
  peer.end();
  server.close();
});
server.listen(place(), () => tls.connect(where(server)));
