// ALPN: the server's order counts.
// rows: T12

const { lane } = require('./prelude');
const { serveOne, connect } = require('./prelude_tls');

serveOne({ ALPNProtocols: ['http/1.1', 'h2'] }, (peer, say) => {
  say(peer.alpnProtocol);
  peer.end();
}, (server) => {
  const client = connect(server, { ALPNProtocols: ['h2', 'http/1.1'] });
  lane('client')('before', client.alpnProtocol);
  client.on('secureConnect', () => lane('client')(client.alpnProtocol));
});
