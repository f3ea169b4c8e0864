// push() after push(null): an error that destroys the stream; later nothing happens.
// rows: N18

const { log, watch } = require('./prelude');
const { Readable } = require('node:stream');

const source = new Readable({ read() {} });
watch(log, source, 'data end error close');
source.push('data');
log('end', source.push(null), source.push(null));
log('more', source.push('more'));
log('state', source.destroyed, source.readable);
source.on('close', () => log('after close', source.push('again'), source.unshift('again')));
