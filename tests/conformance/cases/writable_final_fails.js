// A _final() that fails, at once, later, or that calls back twice.
// rows: N18 N12

const { lane, watch, called } = require('./prelude');
const { Writable } = require('node:stream');

const ways = {
  'at once': (callback) => callback(new Error('no end')),
  'later': (callback) => setImmediate(callback, new Error('no end')),
  'throws': () => { throw new Error('no end'); },
  'twice': (callback) => { callback(); callback(); },
  'twice later': (callback) => { callback(); setImmediate(callback); },
  'fails after all': (callback) => { callback(); callback(new Error('after all')); },
};
for (const [name, final] of Object.entries(ways)) {
  for (const autoDestroy of [true, false]) {
    const say = lane(`${name} ${autoDestroy}`);
    const stream = new Writable({ write(chunk, encoding, callback) { callback(); }, final, autoDestroy });
    watch(say, stream, 'prefinish finish error close');
    stream.write('x', called(say, 'x'));
    stream.end(called(say, 'end'));
    process.nextTick(() => say('tick', stream.errored, stream.destroyed, stream.writableFinished));
  }
}
