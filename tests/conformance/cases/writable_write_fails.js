// A _write() that fails, at once or later, while others wait: who hears of it, and in which order.
// rows: N18 N12

const { lane, watch, called } = require('./prelude');
const { Writable } = require('node:stream');

for (const later of [false, true]) {
  for (const autoDestroy of [true, false]) {
    const say = lane(`${later} ${autoDestroy}`);
    const stream = new Writable({
      autoDestroy,
      write(chunk, encoding, callback) {
        say('write', chunk);
        const error = String(chunk) === 'bad' ? new Error('no room') : null;
        if (later) setImmediate(callback, error);
        else callback(error);
      },
    });
    watch(say, stream, 'drain prefinish finish error close');
    say(stream.write('good', called(say, 'good')));
    say(stream.write('bad', called(say, 'bad')));
    say(stream.write('more', called(say, 'more')));
    say(stream.errored, stream.writable, stream.destroyed, stream.writableLength);
    stream.end('last', called(say, 'end'));
    process.nextTick(() => say('tick', stream.errored, stream.writable, stream.destroyed));
    setImmediate(() => setImmediate(() => setImmediate(() => {
      say('at last', stream.errored, stream.destroyed, stream.writableLength, stream.writableAborted);
      say(stream.write('after', called(say, 'after')));
    })));
  }
}
