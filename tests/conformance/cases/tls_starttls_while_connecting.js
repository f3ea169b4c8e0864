// TLS over a socket that is connecting.
// rows: T24

const { net, lane, watch, called, where } = require('./prelude');
const { tls, ca, serveOne } = require('./prelude_tls');

serveOne({}, (peer) => {
  peer.on('data', () => peer.end('hi'));
}, (server) => {
  const raw = net.connect(where(server));
  const client = watch(lane('client'), tls.connect({ socket: raw, ca, servername: 'localhost' }), 'connect secure secureConnect data end finish error close');
  lane('client')('state', client.connecting, client.pending);
  client.write('x', called(lane('client'), 'written'));
});
