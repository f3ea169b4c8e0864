// The server is half-open, and answers after the client's end; TLS 1.2.
// rows: T20

const { called } = require('./prelude');
const { serveOne, connect } = require('./prelude_tls');

serveOne({ allowHalfOpen: true, maxVersion: 'TLSv1.2' }, (peer, say) => {
  peer.on('end', () => {
    say('state', peer.readyState, peer.allowHalfOpen);
    setImmediate(() => peer.end('answer', called(say, 'ended')));
  });
}, (server) => {
  const client = connect(server);
  client.on('secureConnect', () => client.end('question'));
});
