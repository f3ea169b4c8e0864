// maxConnections: a connection too many is dropped before its handshake.
// rows: T03

const { lane, watch, where } = require('./prelude');
const { tls, ca, serve, connect } = require('./prelude_tls');

const server = serve({}, (peer) => peer.resume(), () => {
  const first = connect(server, {}, 'secureConnect close');
  first.on('secureConnect', () => {
    const second = watch(lane('second'), tls.connect(where(server, { ca })), 'secureConnect close');
    second.on('error', () => {});
    second.on('close', () => first.end());
  });
  first.on('close', () => server.close());
});
server.maxConnections = 1;
server.on('drop', (about) => lane('server')('drop', about.localPort));
