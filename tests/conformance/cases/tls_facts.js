// What either end knows of the connection.
// rows: T11

const { lane } = require('./prelude');
const { serveOne, connect } = require('./prelude_tls');

serveOne({}, (peer, say) => {
  say(peer.encrypted, peer.authorized, peer.authorizationError, peer.alpnProtocol, peer.servername);
  say(peer.getProtocol(), peer.getCipher().name, peer.getCipher().standardName, peer.getCipher().version);
  say(Object.keys(peer.getPeerCertificate()).length, peer.isSessionReused());
  peer.end();
}, (server) => {
  const say = lane('client');
  const client = connect(server, { servername: 'localhost' });
  say(client.encrypted, client.authorized, client.secureConnecting, client.connecting, client.isSessionReused());
  client.on('secureConnect', () => {
    say(client.authorized, client.authorizationError, client.alpnProtocol, client.servername);
    say(client.getProtocol(), client.getCipher().name, client.secureConnecting, client.readyState);
    const found = client.getPeerCertificate();
    for (const key of Object.keys(found).filter((key) => found[key] !== undefined).sort()) {
      if (['raw', 'pubkey'].includes(key)) say(key, found[key].length > 50);
      else if (['subject', 'issuer'].includes(key)) say(key, Object.keys(found[key]), Object.values(found[key]));
      else if (typeof found[key] !== 'string' || /^[A-Za-z0-9:, .-]{1,39}$/.test(found[key]) && !/valid|serial/.test(key)) say(key, found[key]);
      else say(key, 'a text');
    }
  });
});
