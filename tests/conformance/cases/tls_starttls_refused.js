// TLS over a socket whose connection is refused.
// rows: T24 T33

const { net, lane, watch, called, where } = require('./prelude');
const { tls, ca, serve } = require('./prelude_tls');

const server = serve({}, null, () => {
  const options = where(server);
  server.close(() => {
    const raw = net.connect(options);
    watch(lane('raw'), raw, 'error close');
    const client = watch(lane('client'), tls.connect({ socket: raw, ca, servername: 'localhost' }), 'connect secureConnect end error close');
    client.write('x', called(lane('client'), 'written'));
  });
});
