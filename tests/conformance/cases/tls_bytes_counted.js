// bytesRead and bytesWritten are those of the clear data.
// rows: T30

const { lane } = require('./prelude');
const { serveOne, connect } = require('./prelude_tls');

serveOne({ allowHalfOpen: true }, (peer, say) => {
  peer.removeAllListeners('data').resume();
  peer.on('end', () => {
    peer.end('answer');
    say(peer.bytesRead, peer.bytesWritten);
  });
}, (server) => {
  const client = connect(server, {}, 'data end close');
  const say = lane('client');
  client.write('early');
  say(client.bytesWritten);
  client.on('secureConnect', () => {
    client.end('later');
    say(client.bytesWritten);
  });
  client.on('close', () => say(client.bytesRead, client.bytesWritten));
});
