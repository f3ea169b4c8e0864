// SNICallback that has no context of its own for the name.
// rows: T13

const { serveOne, connect } = require('./prelude_tls');

serveOne({ SNICallback: (name, answer) => answer(null, null) }, (peer) => peer.end(), (server) => {
  connect(server, { servername: 'localhost' });
});
