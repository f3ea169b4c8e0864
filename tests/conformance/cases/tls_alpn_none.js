// ALPN: nothing in common ends the handshake.
// rows: T12

const { serveOne, connect } = require('./prelude_tls');

serveOne({ ALPNProtocols: ['a'] }, null, (server) => connect(server, { ALPNProtocols: ['b', 'c'] })).on('tlsClientError', (error, peer) => peer.destroy());
