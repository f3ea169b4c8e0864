// Reading ahead: up to the mark when somebody has begun to read, paused or not; never twice at once.
// rows: N18

const { log, watch } = require('./prelude');
const { Readable } = require('node:stream');

let count = 0;
const source = new Readable({
  highWaterMark: 6,
  read() {
    log('_read', ++count, this.readableLength);
    setImmediate(() => {
      if (count <= 6) log('push', this.push('abc'));
      else this.push(null);
    });
  },
});
watch(log, source, 'pause resume end close');
source.read(0);
source.pause();
setTimeout(() => {
  log('length', source.readableLength, source.isPaused(), source.readableFlowing);
  source.on('data', (data) => log('data', data));
  log('still', source.readableFlowing);
  source.resume();
  source.pause();
  source.resume();
}, 20);
