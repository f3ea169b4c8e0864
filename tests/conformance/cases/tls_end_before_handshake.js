// end() before the handshake.
// rows: T14 T17

const { lane, called, gather } = require('./prelude');
const { serveOne, connect } = require('./prelude_tls');

serveOne({}, (peer, say) => gather(say, peer), (server) => {
  const client = connect(server);
  client.end('early', called(lane('client'), 'ended'));
});
