// The end: 'prefinish', _final(), the callbacks of end(), 'finish' and 'close' among ticks.
// rows: N18 N12

const { lane, watch, called } = require('./prelude');
const { Writable } = require('node:stream');

for (const final of ['none', 'at once', 'later']) {
  for (const writes of ['none', 'at once', 'later']) {
    const say = lane(`${final}, ${writes}`);
    const done = (how, callback) => {
      if (how === 'later') setImmediate(callback);
      else callback();
    };
    const options = {
      write(chunk, encoding, callback) {
        say('write', chunk);
        done(writes, callback);
      },
    };
    if (final !== 'none') {
      options.final = (callback) => {
        say('final');
        done(final, callback);
        say('final returns');
      };
    }
    const stream = new Writable(options);
    watch(say, stream, 'prefinish finish close');
    if (writes !== 'none') stream.write('x', called(say, 'x'));
    stream.end(called(say, 'end'));
    say(stream.writableEnded, stream.writableFinished);
    stream.end(called(say, 'end again'));
    process.nextTick(() => {
      say('tick', stream.writableFinished);
      process.nextTick(() => {
        say('second tick', stream.writableFinished, stream.destroyed);
        process.nextTick(() => say('third tick', stream.writableFinished, stream.destroyed));
      });
    });
    stream.on('close', () => stream.end(called(say, 'end after all')));
  }
}
