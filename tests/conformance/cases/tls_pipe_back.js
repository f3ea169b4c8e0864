// A megabyte piped back by the server.
// rows: T15 T16

const { lane, watch, gather, place, where } = require('./prelude');
const { tls, own, ca } = require('./prelude_tls');

const server = tls.createServer(own('server'), (peer) => {
  peer.pipe(peer);
  watch(lane('peer'), peer, 'end finish error close');
  server.close();
});
server.listen(place(), () => {
  const client = tls.connect(where(server, { ca, allowHalfOpen: true }));
  gather(lane('client'), client);
  watch(lane('client'), client, 'secureConnect end finish error close');
  client.write(Buffer.alloc(1 << 20, 'x'));
  client.on('secureConnect', () => client.end());
});
