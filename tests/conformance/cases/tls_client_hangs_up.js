// A client that says nothing and ends.
// rows: T04

const { net, lane, watch, where } = require('./prelude');
const { serveOne } = require('./prelude_tls');

serveOne({}, null, (server) => {
  const client = net.connect(where(server));
  watch(lane('client'), client, 'connect data end error close');
  client.end();
}).on('tlsClientError', (error, peer) => {
  lane('server')(error.message, peer.destroyed);
  peer.destroy();
});
