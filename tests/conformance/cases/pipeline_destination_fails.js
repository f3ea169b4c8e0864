// The last one fails, in each way it can.
// rows: N19

const { log, see, stream } = require('./prelude');

function run(way, next) {
  log('--', way);
  const source = see('source', new stream.Readable({ read() {} }));
  source.push('a');
  if (way === 'final' || way === 'end()') source.push(null);
  const middle = see('middle', new stream.PassThrough());
  const destination = see('destination', new stream.Writable({
    write(chunk, encoding, callback) {
      log('write', chunk);
      if (way === 'write') callback(new Error('boom'));
      else if (way === 'destroy()') this.destroy();
      else if (way === 'destroy(error)') this.destroy(new Error('boom'));
      else if (way === 'end()') {
        callback();
        this.end();
      } else callback();
    },
    final(callback) {
      callback(way === 'final' ? new Error('boom') : null);
    },
  }));
  stream.pipeline(source, middle, destination, (error) => {
    log('callback', error, source.destroyed, middle.destroyed, destination.destroyed);
    setImmediate(next);
  });
}

run('write', () => run('destroy()', () => run('destroy(error)', () => run('final', () => run('end()', () => {})))));
