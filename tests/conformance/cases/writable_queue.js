// What waits is written one by one, in its order, also what is written meanwhile.
// rows: N18 N12

const { lane, watch, called } = require('./prelude');
const { Writable } = require('node:stream');

for (const later of [false, true]) {
  const say = lane(`${later}`);
  const stream = new Writable({
    write(chunk, encoding, callback) {
      say('write', chunk, stream.writableLength);
      if (String(chunk) === 'b') stream.write('within', called(say, 'within'));
      if (later) setImmediate(callback);
      else callback();
    },
  });
  watch(say, stream, 'drain finish close');
  stream.cork();
  stream.cork();
  for (const letter of 'abc') stream.write(letter, called(say, letter));
  say(stream.writableCorked, stream.writableLength);
  stream.uncork();
  say(stream.writableCorked, stream.writableLength);
  stream.uncork();
  stream.uncork();
  say(stream.writableCorked, stream.writableLength);
  stream.write('d', (error) => {
    say('d', error);
    stream.write('e', called(say, 'e'));
    stream.end(called(say, 'end'));
  });
}
