// ALPN of one side only, of either.
// rows: T12

const { lane } = require('./prelude');
const { serve, connect } = require('./prelude_tls');

const say = lane('found');
const server = serve({ ALPNProtocols: ['a'] }, (peer) => {
  say('server', peer.alpnProtocol);
  peer.end();
}, () => {
  const client = connect(server);
  client.on('secureConnect', () => say('client', client.alpnProtocol));
  client.on('close', () => server.close());
});
const other = serve({}, (peer) => {
  say('server', peer.alpnProtocol);
  peer.end();
  other.close();
}, () => {
  server.on('close', () => {
    const client = connect(other, { ALPNProtocols: ['a'] });
    client.on('secureConnect', () => say('client', client.alpnProtocol));
  });
});
