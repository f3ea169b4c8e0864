// Which high-water marks are taken.
// rows: N18 N14

const { log, attempt } = require('./prelude');
const { Readable } = require('node:stream');

for (const value of [0, 1, 2 ** 40, -1, 1.5, NaN, 'many', {}]) {
  attempt(log, 'mark', () => {
    log(new Readable({ highWaterMark: value }).readableHighWaterMark);
  });
}
log(new Readable({ highWaterMark: null }).readableHighWaterMark);
log(new Readable({ objectMode: true }).readableHighWaterMark);
