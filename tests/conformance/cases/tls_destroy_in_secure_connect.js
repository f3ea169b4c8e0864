// The client destroys in 'secureConnect', with a write queued.
// rows: T21

const { lane, called } = require('./prelude');
const { serveOne, connect } = require('./prelude_tls');

serveOne({}, null, (server) => {
  const client = connect(server);
  client.write('x', called(lane('client'), 'written'));
  client.on('secureConnect', () => client.destroy());
});
