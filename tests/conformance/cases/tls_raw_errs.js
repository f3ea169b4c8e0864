// The socket below is destroyed with an error during the handshake.
// rows: T24 T21

const { net, lane, watch, place, where } = require('./prelude');
const { tls, ca } = require('./prelude_tls');

const server = net.createServer((raw) => {
  raw.resume();
  server.close();
});
server.listen(place(), () => {
  const raw = net.connect(where(server), () => {
    watch(lane('raw'), raw, 'error close');
    watch(lane('client'), tls.connect({ socket: raw, ca, servername: 'localhost' }), 'secureConnect end finish error close');
    setImmediate(() => raw.destroy(new Error('below')));
  });
});
