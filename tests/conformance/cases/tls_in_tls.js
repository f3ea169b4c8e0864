// TLS over TLS.
// rows: T24

const { lane, watch, where } = require('./prelude');
const { tls, own, ca, serveOne } = require('./prelude_tls');

const inner = tls.createServer(own('server'), (peer) => {
  watch(lane('inner'), peer, 'data end finish error close');
  peer.on('data', () => peer.end('answer'));
});
serveOne({}, (peer) => inner.emit('connection', peer), (server) => {
  const outer = tls.connect(where(server, { ca, servername: 'localhost' }), () => {
    const client = watch(lane('client'), tls.connect({ socket: outer, ca, servername: 'localhost' }), 'secureConnect data end finish error close');
    client.write('question');
  });
});
