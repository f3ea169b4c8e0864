// What is written before there is a connection waits for the handshake.
// rows: T14 T30

const { lane, called, gather } = require('./prelude');
const { serveOne, connect } = require('./prelude_tls');

serveOne({}, (peer, say) => {
  gather(say, peer);
  peer.on('end', () => say('read', peer.bytesRead));
}, (server) => {
  const say = lane('client');
  const client = connect(server);
  client.write('one ', called(say, 'first'));
  client.write('two ', called(say, 'second'));
  say('pending', client.bytesWritten, client.writableLength, client.pending);
  client.on('connect', () => {
    client.write('three', called(say, 'third'));
    say('connected', client.bytesWritten, client.writableLength, client.pending);
  });
  client.on('secureConnect', () => {
    say('secure', client.bytesWritten, client.pending);
    client.end();
  });
});
