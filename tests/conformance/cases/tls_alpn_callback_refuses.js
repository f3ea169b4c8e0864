// ALPNCallback that answers nothing.
// rows: T12

const { serveOne, connect } = require('./prelude_tls');

serveOne({ ALPNCallback: () => undefined }, null, (server) => connect(server, { ALPNProtocols: ['a'] })).on('tlsClientError', (error, peer) => peer.destroy());
