// The client ends as soon as the handshake is done, with TLS 1.2.
// rows: T17 T18

const { lane, called } = require('./prelude');
const { serveOne, connect } = require('./prelude_tls');

serveOne({}, null, (server) => {
  const client = connect(server, { maxVersion: 'TLSv1.2' });
  client.on('secureConnect', () => client.end('bye', called(lane('client'), 'ended')));
});
