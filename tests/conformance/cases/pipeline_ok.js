// Three stages, all well: who ends, finishes and closes when, and the callback after all of it.
// rows: N19

const { log, see, stream } = require('./prelude');

const source = see('source', new stream.Readable({ read() {} }));
const middle = see('middle', new stream.PassThrough());
const destination = see('destination', new stream.Writable({
  write(chunk, encoding, callback) {
    log('write', chunk);
    callback();
  },
}));
source.push('a');
source.push('b');
source.push(null);
const answer = stream.pipeline(source, middle, destination, (error) => {
  log('callback', error, source.destroyed, middle.destroyed, destination.destroyed);
});
log('returns', answer === destination);
