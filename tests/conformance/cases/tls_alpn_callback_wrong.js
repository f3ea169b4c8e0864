// ALPNCallback that answers what was not offered.
// rows: T12

const { serveOne, connect } = require('./prelude_tls');

serveOne({ ALPNCallback: () => 'z' }, null, (server) => connect(server, { ALPNProtocols: ['a'] }, 'connect secureConnect close').on('error', () => {})).on('tlsClientError', (error, peer) => peer.destroy());
