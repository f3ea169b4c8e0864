// destroy(error) when there is a connection and no handshake yet.
// rows: T21 T04

const { lane, called } = require('./prelude');
const { serveOne, connect } = require('./prelude_tls');

serveOne({}, null, (server) => {
  const client = connect(server);
  client.write('x', called(lane('client'), 'written'));
  client.on('connect', () => client.destroy(new Error('mine')));
});
