// A high-water mark of 0: _read() is called only when somebody reads.
// rows: N18

const { log, watch } = require('./prelude');
const { Readable } = require('node:stream');

let count = 0;
const source = new Readable({
  highWaterMark: 0,
  read(size) {
    log('_read', size);
    process.nextTick(() => log('push', this.push(++count < 4 ? `chunk ${count}` : null)));
  },
});
log('mark', source.readableHighWaterMark);
watch(log, source, 'end close');
setImmediate(() => {
  log('nothing was read');
  source.on('readable', () => {
    log('readable', source.readableLength);
    log('read', source.read());
  });
});
