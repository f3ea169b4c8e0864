// What is pushed in _read(), in a tick and in a turn of its own, against ticks of the program.
// rows: N18

const { lane, watch } = require('./prelude');
const { Readable } = require('node:stream');

function make(name, later) {
  const say = lane(name);
  let count = 0;
  const source = new Readable({
    highWaterMark: 4,
    read() {
      say('_read');
      later(() => {
        say('push', this.push(++count < 4 ? `${count}` : null));
        process.nextTick(() => say('tick', count));
      });
    },
  });
  watch(say, source, 'data readable end close resume');
  source.removeAllListeners('readable');
  say('main is done');
}

make('at once', (push) => push());
make('tick', (push) => process.nextTick(push));
make('turn', (push) => setImmediate(push));
