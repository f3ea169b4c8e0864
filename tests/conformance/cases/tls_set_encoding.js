// setEncoding() at both ends.
// rows: T15

const { gather } = require('./prelude');
const { serveOne, connect } = require('./prelude_tls');

serveOne({}, (peer, say) => {
  peer.setEncoding('utf8');
  gather(say, peer);
  peer.write('grüß dich');
  peer.on('end', () => peer.end());
}, (server) => {
  const client = connect(server);
  client.setEncoding('hex');
  client.once('data', () => client.end('ä'.repeat(40)));
});
