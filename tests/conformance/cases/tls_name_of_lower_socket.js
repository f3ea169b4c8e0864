// Without servername and host it is the name that the socket below was connected to.
// rows: T09 T24

const { net, lane, watch, where } = require('./prelude');
const { tls, ca, own, serve } = require('./prelude_tls');

const server = serve(own('elsewhere'), (peer) => peer.end(), () => one(['other.example', 'more.example']));
server.removeAllListeners('tlsClientError');

function one([host, ...more]) {
  if (!host) return server.close();
  const lookup = (name, options, callback) => callback(null, '127.0.0.1', 4);
  const raw = net.connect({ port: where(server).port, host, lookup, family: 4 });
  const client = watch(lane('client'), tls.connect({ socket: raw, ca }), 'secureConnect close');
  client.on('error', (error) => lane('client')(error.code, error.host));
  client.on('close', () => one(more));
  client.resume();
}
