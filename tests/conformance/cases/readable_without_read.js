// A stream that has no _read() and is read.
// rows: N18

const { log, watch } = require('./prelude');
const { Readable } = require('node:stream');

class Forgetful extends Readable {}

for (const source of [new Forgetful(), new Readable()]) {
  watch(log, source, 'data end error close');
  source.push('what is there');
  log('read', source.read());
  log('state', source.destroyed, source.errored);
}
