// 'readable' and 'data' together: who reads in 'readable' is heard by 'data'; then 'data' alone flows.
// rows: N18

const { log, watch } = require('./prelude');
const { Readable } = require('node:stream');

const chunks = ['one', 'two', 'three', 'four'];
const source = new Readable({
  read() { process.nextTick(() => this.push(chunks.shift() ?? null)); },
});
watch(log, source, 'data end close');
log('flowing', source.readableFlowing);
function onReadable() {
  log('readable', source.readableFlowing, source.isPaused());
  log('read', source.read());
  if (chunks.length === 2) {
    source.off('readable', onReadable);
    process.nextTick(() => process.nextTick(() => log('flowing', source.readableFlowing)));
  }
}
source.on('readable', onReadable);
log('flowing', source.readableFlowing);
