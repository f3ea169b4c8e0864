// A Duplex with one half only, and what allowHalfOpen and autoDestroy do at the end of each half.
// rows: N18

const { lane, watch } = require('./prelude');
const { Duplex } = require('node:stream');

const options = {
  plain: {},
  'no reading': { readable: false },
  'no writing': { writable: false },
  'neither': { readable: false, writable: false },
  'not half open': { allowHalfOpen: false },
  'no destroy': { autoDestroy: false },
};
for (const [name, given] of Object.entries(options)) {
  for (const first of ['end', 'push', 'both', 'destroy']) {
    const say = lane(`${name}, ${first}`);
    const stream = new Duplex({
      ...given,
      read() {
        say('read');
      },
      write(chunk, encoding, callback) {
        say('write', chunk);
        callback();
      },
      final(callback) {
        say('final');
        callback();
      },
    });
    say(stream.readable, stream.writable, stream.readableEnded, stream.writableEnded, stream.writableFinished);
    say(stream.allowHalfOpen);
    watch(say, stream, 'data prefinish finish end error close');
    if (first === 'end' || first === 'both') stream.end('written');
    if (first === 'push' || first === 'both') {
      stream.push('read');
      stream.push(null);
    }
    if (first === 'destroy') stream.destroy();
    setImmediate(() => setImmediate(() => {
      say('at last', stream.destroyed, stream.readable, stream.writable);
    }));
  }
}
