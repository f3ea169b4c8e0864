// The option session, and setSession() and setServername() when it is too late or nonsense.
// rows: T26 T31

const { lane, attempt } = require('./prelude');
const { serveOne, connect } = require('./prelude_tls');

const say = lane('client');
serveOne({}, (peer) => {
  attempt(lane('peer'), 'servername', () => peer.setServername('a'));
  peer.end();
}, (server) => {
  const client = connect(server);
  attempt(say, 'number', () => client.setServername(1));
  client.on('secureConnect', () => {
    say('reused', client.isSessionReused());
    client.end();
  });
});
