// Reading what was destroyed: nothing is emitted, resume() changes nothing.
// rows: N18

const { log, watch } = require('./prelude');
const { Readable } = require('node:stream');

const source = new Readable({ read() { log('_read'); } });
watch(log, source, 'pause resume end close');
source.push('left');
source.destroy();
log('length', source.readableLength, source.readableFlowing);
source.resume();
log('resume', source.readableFlowing, source.isPaused());
source.on('data', (data) => log('data', data));
source.on('close', () => {
  log('flowing', source.readableFlowing, source.readableLength);
  log('read', source.read(), source.readableDidRead);
});
