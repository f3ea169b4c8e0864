// A Transform in the middle fails, in each way it can.
// rows: N19

const { log, see, stream } = require('./prelude');

function run(way, next) {
  log('--', way);
  const source = see('source', new stream.Readable({ read() {} }));
  source.push('a');
  if (way === 'flush') source.push(null);
  const middle = see('middle', new stream.Transform({
    transform(chunk, encoding, callback) {
      if (way === 'error') callback(new Error('boom'));
      else if (way === 'throw') throw new Error('boom');
      else if (way === 'destroy()') this.destroy();
      else callback(null, chunk);
    },
    flush(callback) {
      callback(new Error('boom'));
    },
  }));
  const destination = see('destination', new stream.Writable({
    write(chunk, encoding, callback) {
      log('write', chunk);
      callback();
    },
  }));
  stream.pipeline(source, middle, destination, (error) => {
    log('callback', error, source.destroyed, middle.destroyed, destination.destroyed);
    setImmediate(next);
  });
}

run('error', () => run('destroy()', () => run('flush', () => {})));
