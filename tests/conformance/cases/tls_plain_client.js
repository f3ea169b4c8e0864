// A client that speaks HTTP in the clear.
// rows: T04

const { net, lane, watch, where } = require('./prelude');
const { serveOne } = require('./prelude_tls');

serveOne({}, null, (server) => {
  const client = net.connect(where(server));
  watch(lane('client'), client, 'connect end close');
  client.write('GET / HTTP/1.0\r\n\r\n');
  client.resume();
}).on('tlsClientError', (error, peer) => {
  lane('server')(error.library, error.reason);
  peer.destroy();
});
