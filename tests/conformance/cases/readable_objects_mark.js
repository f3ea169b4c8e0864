// Object mode counts objects: push() answers false at the mark, and _read() is called below it.
// rows: N18

const { log, watch } = require('./prelude');
const { Readable } = require('node:stream');

let made = 0;
const source = new Readable({
  objectMode: true,
  highWaterMark: 3,
  read(size) {
    if (made === 8) return this.push(null);
    const more = this.push({ number: ++made });
    log('_read', size, 'pushes', made, more, this.readableLength);
  },
});
watch(log, source, 'end close');
source.on('readable', () => {
  log('readable', source.readableLength);
  let taken = 0;
  let each;
  while (taken < 2 && (each = source.read()) !== null) log('took', each.number, ++taken);
});
