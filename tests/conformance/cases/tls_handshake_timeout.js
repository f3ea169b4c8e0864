// A client that never begins.
// rows: T23

const { net, lane, watch, where } = require('./prelude');
const { serveOne } = require('./prelude_tls');

serveOne({ handshakeTimeout: 30 }, null, (server) => {
  watch(lane('client'), net.connect(where(server)), 'connect data end error close').resume();
}).on('tlsClientError', (error, peer) => {
  lane('server')(error.message);
  peer.destroy();
});
