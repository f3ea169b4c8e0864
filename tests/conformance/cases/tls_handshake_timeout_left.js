// A handshake that takes too long, whose listener does nothing about it.
// rows: T23

const { net, lane, where } = require('./prelude');
const { serve } = require('./prelude_tls');

const server = serve({ handshakeTimeout: 20 }, null, () => {
  net.connect(where(server)).on('close', () => lane('client')('close')).resume();
});
server.on('tlsClientError', (error, peer) => {
  setTimeout(() => {
    lane('server')('destroyed', peer.destroyed);
    peer.destroy();
    server.close();
  }, 50);
});
