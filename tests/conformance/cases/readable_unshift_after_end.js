// unshift() works until 'end' was emitted, and is an error from then on.
// rows: N18

const { log, watch } = require('./prelude');
const { Readable } = require('node:stream');

const source = new Readable({ autoDestroy: false, read() {} });
watch(log, source, 'data error close');
source.push('one');
source.push(null);
let back = true;
source.on('data', (data) => {
  if (back) log('unshift', source.unshift('back'));
  back = false;
});
source.on('end', () => {
  log('end');
  log('unshift', source.unshift('too late'));
  log('push', source.push('too late'));
  log('errored', source.errored, source.destroyed);
});
