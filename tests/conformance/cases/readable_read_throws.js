// What _read() throws destroys the stream; what was pushed before is lost.
// rows: N18

const { log, watch } = require('./prelude');
const { Readable } = require('node:stream');

const source = new Readable({
  read() {
    log('_read');
    this.push('before');
    throw new Error('no more');
  },
});
watch(log, source, 'data readable end error close');
log('state', source.destroyed);
process.nextTick(() => log('tick', source.destroyed, source.readableLength, source.read()));
