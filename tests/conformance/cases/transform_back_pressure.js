// The writing side waits until the reading side has room.
// rows: N18

const { lane, watch, called } = require('./prelude');
const { Transform } = require('node:stream');

for (const mark of [0, 1, 4, undefined]) {
  const say = lane(mark === undefined ? 'default' : `${mark}`);
  const stream = new Transform({
    highWaterMark: mark,
    transform(chunk, encoding, callback) {
      say('transform', chunk, stream.readableLength);
      callback(null, chunk);
    },
  });
  say(stream.readableHighWaterMark, stream.writableHighWaterMark);
  watch(say, stream, 'drain prefinish finish end close');
  for (const chunk of ['ab', 'cd', 'ef', 'gh']) {
    say(stream.write(chunk, called(say, chunk)), stream.readableLength, stream.writableLength);
  }
  stream.end(called(say, 'end called back'));
  setImmediate(() => {
    say('turn', stream.readableLength, stream.writableLength);
    say('read', stream.read(1), stream.readableLength, stream.writableLength);
    say('read', stream.read(3), stream.readableLength, stream.writableLength);
    setImmediate(() => {
      say('second turn', stream.readableLength, stream.writableLength);
      stream.on('data', (data) => say('data', data));
    });
  });
}
