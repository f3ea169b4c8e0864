// A client that sends no record at all.
// rows: T04

const { net, lane, watch, where } = require('./prelude');
const { serveOne } = require('./prelude_tls');

serveOne({}, null, (server) => {
  const client = net.connect(where(server));
  watch(lane('client'), client, 'connect end close');
  client.write('hello, hello, hello');
  client.resume();
}).on('tlsClientError', (error, peer) => peer.destroy());
