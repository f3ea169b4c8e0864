// The client ends as soon as the handshake is done.
// rows: T17 T18

const { lane, called } = require('./prelude');
const { serveOne, connect } = require('./prelude_tls');

serveOne({}, null, (server) => {
  const client = connect(server);
  client.on('secureConnect', () => client.end('bye', called(lane('client'), 'ended')));
});
