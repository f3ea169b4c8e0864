// Object mode: read() gives one object, whatever it is and however many are asked for.
// rows: N18

const { log, watch } = require('./prelude');
const { Readable } = require('node:stream');

const source = new Readable({ objectMode: true, read() {} });
log('mode', source.readableObjectMode, source.readableHighWaterMark);
watch(log, source, 'end close');
for (const value of ['', 0, false, [1, 2], 'text', Buffer.from('bytes'), 7.5]) source.push(value);
source.unshift('front');
log('length', source.readableLength);
log('read 0', source.read(0));
for (let i = 0; i < 3; i++) log('read', source.read());
log('read 5', source.read(5), source.readableLength, source.readableHighWaterMark);
source.on('data', (value) => log('data', value, source.readableLength));
source.push(null);
