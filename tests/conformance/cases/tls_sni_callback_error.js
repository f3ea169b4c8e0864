// SNICallback that answers with an error.
// rows: T13 T04

const { serveOne, connect } = require('./prelude_tls');

serveOne({ SNICallback: (name, answer) => answer(new Error('no such name')) }, null, (server) => {
  connect(server, { servername: 'localhost' }, 'connect secureConnect close').on('error', () => {});
}).on('tlsClientError', (error, peer) => peer.destroy());
