// The first of what was corked fails: one by one, and as one _writev().
// rows: N18 N12

const { lane, watch, called } = require('./prelude');
const { Writable } = require('node:stream');

for (const later of [false, true]) {
  for (const several of [false, true]) {
    const say = lane(`${later} ${several}`);
    const fail = (callback) => {
      if (later) setImmediate(callback, new Error('no room'));
      else callback(new Error('no room'));
    };
    const options = {
      write(chunk, encoding, callback) {
        say('write', chunk);
        fail(callback);
      },
    };
    if (several) {
      options.writev = (chunks, callback) => {
        say('writev', chunks.length);
        fail(callback);
      };
    }
    const stream = new Writable(options);
    watch(say, stream, 'drain prefinish finish error close');
    stream.cork();
    for (const letter of 'ab') stream.write(letter, called(say, letter));
    stream.end(called(say, 'end'));
    say(stream.writableLength, stream.errored);
  }
}
