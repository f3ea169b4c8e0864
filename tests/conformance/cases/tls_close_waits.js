// close() waits for a connection whose handshake is not done; getConnections() counts it.
// rows: T03

const { net, lane, called, where } = require('./prelude');
const { serve } = require('./prelude_tls');

const server = serve({}, null, () => {
  const raw = net.connect(where(server), () => raw.write('\x16'));
  server.on('connection', () => {
    server.close(() => lane('server')('closed'));
    server.getConnections(called(lane('server'), 'connections'));
    setImmediate(() => raw.end());
  });
});
server.on('tlsClientError', (error, peer) => peer.destroy());
