// A _write() that calls back twice: ERR_MULTIPLE_CALLBACK.
// rows: N18 N12

const { lane, watch, called } = require('./prelude');
const { Writable } = require('node:stream');

const ways = {
  'both at once': (callback) => { callback(); callback(); },
  'one later': (callback) => { callback(); setImmediate(callback); },
  'both later': (callback) => { setImmediate(callback); setImmediate(callback); },
  'error at last': (callback) => { callback(); callback(new Error('after all')); },
  'error at first': (callback) => { callback(new Error('at first')); callback(); },
};
for (const [name, way] of Object.entries(ways)) {
  const say = lane(name);
  const stream = new Writable({
    write(chunk, encoding, callback) {
      say('write', chunk);
      way(callback);
    },
  });
  watch(say, stream, 'prefinish finish error close');
  stream.write('a', called(say, 'a'));
  process.nextTick(() => say('tick', stream.destroyed));
}
