// _read(size) is given the high-water mark; a read() of more raises it.
// rows: N18

const { log, watch } = require('./prelude');
const { Readable } = require('node:stream');

const sizes = [10, 10, 10, 0];
const source = new Readable({
  highWaterMark: 8,
  read(size) {
    const count = sizes.shift();
    log('_read', size, 'gives', count);
    this.push(count ? 'x'.repeat(count) : null);
  },
});
watch(log, source, 'end close');
source.once('readable', () => {
  log('length', source.readableLength);
  log('read 3', source.read(3));
  log('read 20', source.read(20));
  log('mark', source.readableHighWaterMark);
  source.once('readable', () => {
    log('read 20', source.read(20));
    log('rest', source.read());
  });
});
