// Errors of _transform() and _flush(), and callbacks that come twice.
// rows: N18

const { lane, watch, called } = require('./prelude');
const { Transform } = require('node:stream');

const pass = (callback) => callback();
const ways = {
  'transform': [(callback) => callback(new Error('bad chunk')), pass],
  'transform later': [(callback) => setImmediate(callback, new Error('bad chunk')), pass],
  'transform twice': [(callback) => { callback(null, '1'); callback(null, '2'); }, pass],
  'flush': [pass, (callback) => callback(new Error('no rest'))],
  'flush later': [pass, (callback) => setImmediate(callback, new Error('no rest'))],
  'flush throws': [pass, () => { throw new Error('no rest'); }],
  'flush twice': [pass, (callback) => { callback(); callback(); }],
};
for (const [name, [transform, flush]] of Object.entries(ways)) {
  const say = lane(name);
  const stream = new Transform({
    transform(chunk, encoding, callback) {
      say('transform', chunk);
      transform(callback);
    },
    flush(callback) {
      say('flush');
      flush(callback);
    },
  });
  watch(say, stream, 'data prefinish finish end error close');
  stream.write('a', called(say, 'a'));
  stream.write('b', called(say, 'b'));
  stream.end(called(say, 'end called back'));
  process.nextTick(() => say('tick', stream.errored, stream.destroyed));
  setImmediate(() => setImmediate(() => say('at last', stream.errored, stream.destroyed)));
}
