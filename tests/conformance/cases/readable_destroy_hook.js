// _destroy(error, callback): what it passes on is the error that is heard.
// rows: N18

const { lane, watch } = require('./prelude');
const { Readable } = require('node:stream');

function make(name, destroy, error) {
  const say = lane(name);
  const source = new Readable({ read() {}, destroy });
  watch(say, source, 'data end error close');
  source.push('lost');
  source.destroy(error);
  say('state', source.destroyed, source.closed, source.errored);
  process.nextTick(() => say('tick', source.closed, source.errored));
  source.on('close', () => say('at last', source.closed, source.errored, source.readableAborted));
}

make('passes', (error, callback) => callback(error), new Error('first'));
make('changes', (error, callback) => callback(new Error('second')), new Error('first'));
make('adds', (error, callback) => callback(new Error('own')));
make('swallows', (error, callback) => callback(), new Error('first'));
make('later', (error, callback) => setImmediate(callback, error), new Error('first'));
make('throws', () => { throw new Error('thrown'); });
