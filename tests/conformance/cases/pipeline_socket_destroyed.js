// A Socket is destroyed on this side: as the source, as the destination, while connecting.
// rows: N19
// over: tcp unix

const { log, net, place, see, stream, where } = require('./prelude');

function run(way, next) {
  log('--', way);
  const server = net.createServer((peer) => {
    peer.on('error', () => {});
    peer.write('x');
    peer.resume();
  });
  server.listen(place(), () => {
    const client = see('client', net.connect(where(server)));
    const done = (error) => {
      log('callback', error, other.destroyed);
      server.close(next);
    };
    let other;
    if (way === 'source' || way === 'source with an error') {
      other = see('other', new stream.Writable({
        write(chunk, encoding, callback) {
          log('write', chunk);
          client.destroy(way === 'source' ? undefined : new Error('boom'));
          callback();
        },
      }));
      stream.pipeline(client, other, done);
    } else {
      other = see('other', new stream.Readable({ read() {} }));
      other.push('x');
      stream.pipeline(other, client, done);
      if (way === 'connecting') client.destroy();
      else client.on('data', () => client.destroy());
    }
  });
}

run('source', () => run('source with an error', () => run('destination', () => run('connecting', () => {}))));
