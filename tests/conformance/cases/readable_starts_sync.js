// What is pushed before anybody listens waits; nothing is emitted within push().
// rows: N18

const { log, watch } = require('./prelude');
const { Readable } = require('node:stream');

const source = new Readable({ read() { log('_read'); } });
log('push', source.push('first'));
watch(log, source, 'data resume end close');
log('push', source.push('second'), source.readableLength);
process.nextTick(() => {
  log('tick');
  log('push', source.push('third'), source.readableLength);
  log('push', source.push(null));
});
log('main is done');
