// _destroy() may be late, give another error, give one of its own, take one away, or fail.
// rows: N18

const { lane, watch } = require('./prelude');
const { Writable } = require('node:stream');

const hooks = {
  'as given': (error, callback) => callback(error),
  'later': (error, callback) => setImmediate(callback, error),
  'another': (error, callback) => callback(new Error('another')),
  'none': (error, callback) => callback(),
  'throws': () => { throw new Error('thrown'); },
  'twice': (error, callback) => { callback(error); callback(new Error('again')); },
};
for (const [name, destroy] of Object.entries(hooks)) {
  for (const error of [undefined, new Error('given')]) {
    for (const emitClose of [true, false]) {
      const say = lane(`${name} ${error !== undefined} ${emitClose}`);
      const stream = new Writable({ destroy, emitClose });
      watch(say, stream, 'error close');
      stream.destroy(error);
      say(stream.destroyed, stream.closed, stream.errored);
      process.nextTick(() => say('tick', stream.closed, stream.errored));
      setImmediate(() => setImmediate(() => say('at last', stream.closed, stream.errored)));
    }
  }
}
