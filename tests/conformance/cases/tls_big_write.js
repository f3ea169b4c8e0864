// A write that is larger than all buffers, to a reader that begins late.
// rows: T15

const { lane, called } = require('./prelude');
const { serveOne, connect } = require('./prelude_tls');

const SIZE = 16 << 20;

serveOne({}, (peer, say) => {
  peer.removeAllListeners('data');
  peer.pause();
  setTimeout(() => {
    let count = 0;
    peer.on('data', (data) => { count += data.length; });
    peer.on('end', () => say('received', count));
    peer.resume();
  }, 50);
}, (server) => {
  const client = connect(server, {}, 'secureConnect drain end finish error close');
  const say = lane('client');
  client.on('secureConnect', () => {
    say('write', client.write(Buffer.alloc(SIZE), called(say, 'written')));
    client.on('drain', () => {
      say('waiting', client.writableLength);
      client.end();
    });
  });
  client.resume();
});
