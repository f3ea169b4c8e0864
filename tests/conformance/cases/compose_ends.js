// compose() of streams that have one half only, and what it refuses.
// rows: N19

const { attempt, log, see, stream } = require('./prelude');

const source = () => new stream.Readable({ read() {} });
const sink = () => new stream.Writable({
  write(chunk, encoding, callback) {
    log('write', chunk);
    callback();
  },
});

attempt(log, 'nothing', () => stream.compose());
attempt(log, 'a Writable first', () => stream.compose(sink(), new stream.PassThrough()));
attempt(log, 'a Readable last', () => stream.compose(new stream.PassThrough(), source()));
attempt(log, 'a number', () => stream.compose(5));

const readable = source();
const reading = see('reading', stream.compose(readable, new stream.PassThrough()));
log(reading.readable, reading.writable);
reading.on('data', (data) => log('data', data));
readable.push('a');
readable.push(null);

const writing = see('writing', stream.compose(new stream.PassThrough(), sink()));
log(writing.readable, writing.writable);
writing.end('b');

const both = see('both', stream.compose(source(), sink()));
log(both.readable, both.writable);

const through = new stream.PassThrough();
log('one', stream.compose(through) === through);

const single = see('single', stream.compose(source().on('error', () => {})));
log(single.readable, single.writable);
setTimeout(() => {
  log('--');
  both.destroy();
  single.destroy();
}, 20);
