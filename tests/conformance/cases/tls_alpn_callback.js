// ALPNCallback chooses.
// rows: T12

const { lane } = require('./prelude');
const { serveOne, connect } = require('./prelude_tls');

serveOne({
  ALPNCallback: ({ servername, protocols }) => {
    lane('server')('asked', servername, protocols);
    return protocols[1];
  },
}, (peer, say) => {
  say(peer.alpnProtocol);
  peer.end();
}, (server) => {
  const client = connect(server, { ALPNProtocols: ['a', 'b'], servername: 'localhost' });
  client.on('secureConnect', () => lane('client')(client.alpnProtocol));
});
