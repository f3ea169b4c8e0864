// str from the start by the option encoding, whole characters, and the rest at the end.
// rows: N18

const { log, watch, attempt } = require('./prelude');
const { Readable } = require('node:stream');

const source = new Readable({ encoding: 'utf8', highWaterMark: 2, read() {} });
log('encoding', source.readableEncoding);
watch(log, source, 'end close');
const euro = Buffer.from('\u20ac');
log('push', source.push(euro.subarray(0, 1)), source.readableLength);
log('push', source.push(euro.subarray(1)), source.readableLength);
log('push', source.push('6869', 'hex'), source.readableLength);
log('push', source.push(euro.subarray(0, 2)), source.readableLength);
source.on('data', (text) => log('data', typeof text === 'string', text.length));
source.push(null);
attempt(log, 'unknown', () => new Readable({ encoding: 'nonsense' }));
