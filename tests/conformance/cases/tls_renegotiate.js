// renegotiate() of TLS 1.3.
// rows: T28

const { lane, attempt } = require('./prelude');
const { serveOne, connect } = require('./prelude_tls');

serveOne({}, null, (server) => {
  const say = lane('client');
  const client = connect(server);
  client.on('secureConnect', () => {
    attempt(say, 'nothing', () => client.renegotiate());
    attempt(say, 'options', () => client.renegotiate(5));
    client.disableRenegotiation();
    say('renegotiate', client.renegotiate({}, (error) => {
      say(error.code);
      client.end();
    }));
  });
});
