// The socket below is destroyed, by either end's program, after the handshake.
// rows: T24 T21

const { net, lane, watch, gather, where } = require('./prelude');
const { tls, ca, serveOne } = require('./prelude_tls');

serveOne({}, (peer, say) => gather(say, peer), (server) => {
  const raw = net.connect(where(server), () => {
    const client = watch(lane('client'), tls.connect({ socket: raw, ca, servername: 'localhost' }), 'secureConnect end finish error close');
    client.on('secureConnect', () => setImmediate(() => raw.destroy()));
  });
});
