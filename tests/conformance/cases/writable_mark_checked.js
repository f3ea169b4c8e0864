// A high-water mark is 0 or a positive integer.
// rows: N18 N14

const { log, attempt } = require('./prelude');
const { Duplex, Writable } = require('node:stream');

for (const highWaterMark of [0, 1, 2 ** 40, -1, 1.5, 'x', true, null, undefined]) {
  attempt(log, highWaterMark, () => log(new Writable({ highWaterMark }).writableHighWaterMark));
  attempt(log, highWaterMark, () => {
    log(new Duplex({ writableHighWaterMark: highWaterMark }).writableHighWaterMark);
  });
}
const both = new Duplex({ highWaterMark: 5, writableHighWaterMark: 7, writableObjectMode: true });
log(both.writableHighWaterMark, both.writableObjectMode);
const objects = new Duplex({ writableObjectMode: true });
log(objects.writableHighWaterMark, objects.writableObjectMode);
