// The client is half-open, and goes on after the server's end.
// rows: T20

const { lane, gather } = require('./prelude');
const { serveOne, connect } = require('./prelude_tls');

serveOne({}, (peer, say) => {
  gather(say, peer);
  peer.end('bye');
}, (server) => {
  const say = lane('client');
  const client = connect(server, { allowHalfOpen: true });
  client.on('end', () => {
    say('state', client.readyState, client.allowHalfOpen);
    client.end('more');
  });
});
