// The source fails in the middle, in each way it can: the others are destroyed, with its error.
// rows: N19

const { log, see, stream } = require('./prelude');

function run(way, next) {
  log('--', way);
  let reads = 0;
  const source = see('source', new stream.Readable({
    read() {
      if (++reads === 1) this.push('a');
      else if (way === 'destroy(error)') this.destroy(new Error('boom'));
      else if (way === 'destroy()') this.destroy();
      else throw new Error('boom');
    },
  }));
  const middle = see('middle', new stream.PassThrough());
  const destination = see('destination', new stream.Writable({
    write(chunk, encoding, callback) {
      log('write', chunk);
      callback();
    },
  }));
  stream.pipeline(source, middle, destination, (error) => {
    log('callback', error);
    setImmediate(next);
  });
}

run('destroy(error)', () => run('destroy()', () => run('throw', () => {})));
