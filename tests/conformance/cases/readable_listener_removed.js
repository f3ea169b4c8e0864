// A 'readable' listener that was removed counts until a tick later: neither 'data' nor resume() flows before.
// rows: N18 N11

const { log, watch } = require('./prelude');
const { Readable } = require('node:stream');

const source = new Readable({ read() { log('_read'); this.push(null); } });
function listener() { log('never'); }
source.on('readable', listener);
source.push('one');
source.off('readable', listener);
watch(log, source, 'data pause resume end close');
log('data', source.readableFlowing);
source.resume();
log('resume', source.readableFlowing);
process.nextTick(() => log('tick', source.readableFlowing));
