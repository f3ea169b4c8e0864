// Through a PassThrough, a Transform and a slow Writable.
// rows: N18 N11

const { log, watch } = require('./prelude');
const { PassThrough, Readable, Transform, Writable } = require('node:stream');

const words = ['one', 'two', 'three', 'four'];
const source = new Readable({
  highWaterMark: 4,
  read() {
    this.push(words.length ? words.shift() : null);
  },
});
const first = new PassThrough({ highWaterMark: 4 });
const upper = new Transform({
  highWaterMark: 4,
  transform(chunk, encoding, callback) {
    log('transform', chunk);
    setImmediate(callback, null, String(chunk).toUpperCase());
  },
});
const sink = new Writable({
  highWaterMark: 4,
  write(chunk, encoding, callback) {
    log('write', chunk);
    setImmediate(callback);
  },
});
for (const [name, stream] of Object.entries({ source, first, upper, sink })) {
  watch((...values) => log(name, ...values), stream, 'finish end close');
}
log(source.pipe(first).pipe(upper).pipe(sink) === sink);
