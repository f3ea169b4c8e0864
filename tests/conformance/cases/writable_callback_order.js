// The callbacks of writes among ticks: of a _write() that is done at once, and of one that is not.
// rows: N18 N12

const { lane, watch, called } = require('./prelude');
const { Writable } = require('node:stream');

for (const how of ['at once', 'tick', 'immediate']) {
  const say = lane(how);
  const stream = new Writable({
    write(chunk, encoding, callback) {
      say('write', chunk);
      if (how === 'at once') callback();
      else if (how === 'tick') process.nextTick(callback);
      else setImmediate(callback);
      say('write returns');
    },
  });
  watch(say, stream, 'prefinish finish close');
  stream.write('a', called(say, 'a'));
  process.nextTick(() => say('tick 1'));
  stream.write('b', called(say, 'b'));
  process.nextTick(() => say('tick 2'));
  stream.write('c');
  stream.end('d', called(say, 'end'));
  process.nextTick(() => {
    say('tick 3');
    process.nextTick(() => say('tick 4'));
  });
  say('main');
}
