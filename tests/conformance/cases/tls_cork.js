// What was corked is one record.
// rows: T15

const { lane, called, gather } = require('./prelude');
const { serveOne, connect } = require('./prelude_tls');

serveOne({}, null, (server) => {
  const client = connect(server);
  client.on('secureConnect', () => {
    client.cork();
    client.write('one ', called(lane('client'), 'first'));
    client.write('two ', called(lane('client'), 'second'));
    client.uncork();
    client.end();
  });
}).on('secureConnection', (peer) => gather(lane('peer'), peer));
