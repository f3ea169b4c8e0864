// SNICallback that answers with something else than a context.
// rows: T13 T31

const { serveOne, connect } = require('./prelude_tls');

serveOne({ SNICallback: (name, answer) => answer(null, { key: 1 }) }, null, (server) => {
  connect(server, { servername: 'localhost' }, 'connect secureConnect close').on('error', () => {});
}).on('tlsClientError', (error, peer) => peer.destroy());
