// The peer resets the connection in the middle: as the source and as the destination.
// rows: N19
// over: tcp

const { lane, log, net, place, stream, where } = require('./prelude');

function run(way, next) {
  const say = (...values) => log(way, ...values);
  const server = net.createServer((peer) => {
    server.close();
    peer.on('error', (error) => say('error', error));
    peer.on('close', (hadError) => {
      say('close', hadError);
    });
    let other;
    const done = (error) => {
      say('callback', error, error.syscall, other.destroyed, other.errored);
      setImmediate(next);
    };
    if (way === 'source') {
      other = new stream.Writable({
        write(chunk, encoding, callback) {
          say('write', chunk);
          client.resetAndDestroy();
          callback();
        },
      });
      stream.pipeline(peer, other, done);
    } else {
      other = new stream.Readable({ read() {} });
      other.push('x');
      stream.pipeline(other, peer, done);
    }
  });
  let client;
  server.listen(place(), () => {
    client = net.connect(where(server));
    client.on('error', () => {});
    if (way === 'source') client.write('x');
    else client.on('data', () => client.resetAndDestroy());
  });
}

run('source', () => run('destination', () => {}));
