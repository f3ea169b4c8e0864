// Readable.from() with what throws, gives null, or is destroyed before its end.
// rows: N18

const { lane, watch } = require('./prelude');
const { Readable } = require('node:stream');

function make(name, values) {
  const say = lane(name);
  function* generate() {
    try {
      yield* values();
    } catch (error) {
      say('catches', error);
      throw error;
    } finally {
      say('finally');
    }
  }
  return watch(say, Readable.from(generate()), 'data end error close');
}

make('throws', function*() { yield 1; throw new Error('thrown'); });
make('null', function*() { yield 1; yield null; yield 2; });
const stopped = make('stopped', function*() { yield 1; yield 2; yield 3; });
stopped.once('data', () => stopped.destroy());
const failed = make('failed', function*() { yield 1; yield 2; yield 3; });
failed.once('data', () => failed.destroy(new Error('given up')));
make('never begun', function*() { yield 1; }).destroy();
