// What write() answers, and when 'drain' comes: at once, later, and with the mark at 0.
// rows: N18 N12

const { lane, watch, called } = require('./prelude');
const { Writable } = require('node:stream');

for (const highWaterMark of [0, 1, 3, 4]) {
  for (const later of [false, true]) {
    const say = lane(`${highWaterMark} ${later}`);
    const stream = new Writable({
      highWaterMark,
      write(chunk, encoding, callback) {
        say('write', chunk, stream.writableLength);
        if (later) setImmediate(callback);
        else callback();
      },
    });
    watch(say, stream, 'drain finish close');
    say(stream.write('ab'), stream.writableNeedDrain);
    say(stream.write('c'), stream.writableNeedDrain);
    say(stream.write(''), stream.writableNeedDrain);
    say(stream.write('d', called(say, 'd')), stream.writableNeedDrain);
    process.nextTick(() => say('tick'));
    stream.once('drain', () => stream.end('end'));
    setImmediate(() => setImmediate(() => setImmediate(() => setImmediate(() => stream.end()))));
  }
}
