// An end that comes within _read(), then unshift(): one 'readable' tells of both.
// rows: N18 N11

const { log, watch } = require('./prelude');
const { Readable } = require('node:stream');

const source = new Readable({ highWaterMark: 4, read() { log('_read'); this.push(null); } });
watch(log, source, 'data resume end close');
process.nextTick(() => log('unshift', source.unshift('back'), source.readableLength));
source.on('readable', () => {
  log('readable', source.readableLength);
  log('read', source.read());
});
source.resume();
