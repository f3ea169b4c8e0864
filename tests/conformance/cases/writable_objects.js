// Object mode: any value but null is a chunk, and each counts as 1.
// rows: N18

const { log, watch, called, attempt } = require('./prelude');
const { Writable } = require('node:stream');

const stream = new Writable({
  objectMode: true,
  highWaterMark: 3,
  write(chunk, encoding, callback) {
    log('write', chunk, encoding, stream.writableLength);
    setImmediate(callback);
  },
});
watch(log, stream, 'drain finish error close');
log(stream.writableObjectMode, stream.writableHighWaterMark);
log(stream.write(5), stream.writableLength);
log(stream.write('text', 'latin1', called(log, 'text')), stream.writableLength);
log(stream.write(Buffer.from('bytes')), stream.writableLength);
log(stream.write(true), stream.writableLength);
log(stream.write([1, 'x']), stream.writableLength);
log(stream.write(''), stream.writableLength);
attempt(log, 'null', () => stream.write(null));
stream.on('drain', () => stream.end(0, called(log, 'end')));
