// _construct() with an error, that throws, or with destroy() meanwhile: _destroy() comes after it.
// rows: N18

const { log, lane, watch } = require('./prelude');
const { Readable } = require('node:stream');

function make(name, construct) {
  const say = lane(name);
  const source = new Readable({
    construct(callback) { say('_construct'); construct(callback); },
    read() { say('_read'); },
    destroy(error, callback) { say('_destroy', error); callback(error); },
  });
  watch(say, source, 'data end error close');
  source.resume();
  return source;
}

make('error', (callback) => setImmediate(callback, new Error('not made')));
make('throws', () => { throw new Error('not made'); });
make('destroyed', (callback) => setImmediate(callback)).destroy(new Error('given up'));
make('both', (callback) => setImmediate(callback, new Error('not made'))).destroy(new Error('given up'));
