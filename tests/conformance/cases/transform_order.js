// A Transform's events: written at once or in turns, read by 'data', transformed at once or later.
// rows: N18

const { lane, watch, called } = require('./prelude');
const { Transform } = require('node:stream');

for (const later of [false, true]) {
  for (const flush of [false, true]) {
    const say = lane(`${later} ${flush}`);
    const done = (callback, ...args) => {
      if (later) setImmediate(callback, ...args);
      else callback(...args);
    };
    const options = {
      transform(chunk, encoding, callback) {
        say('transform', chunk, encoding);
        done(callback, null, String(chunk).toUpperCase());
      },
    };
    if (flush) {
      options.flush = (callback) => {
        say('flush');
        done(callback, null, 'rest');
      };
    }
    const stream = new Transform(options);
    watch(say, stream, 'data drain prefinish finish end close');
    say(stream.write('a', called(say, 'a')));
    say(stream.write('b', called(say, 'b')));
    stream.end('c', called(say, 'end called back'));
    process.nextTick(() => {
      say('tick');
      process.nextTick(() => say('second tick'));
    });
    say(stream.writableEnded, stream.readableEnded, stream.writableFinished);
  }
}
