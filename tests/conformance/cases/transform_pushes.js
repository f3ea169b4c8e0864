// A _transform() may push none, one or several; and the end, before the writing side has ended.
// rows: N18

const { lane, watch, called } = require('./prelude');
const { Transform } = require('node:stream');

const ways = {
  none: (stream, chunk, callback) => callback(),
  several: (stream, chunk, callback) => {
    stream.push('1');
    stream.push(chunk);
    callback(null, '2');
  },
  empty: (stream, chunk, callback) => callback(null, ''),
  end: (stream, chunk, callback) => {
    stream.push('last');
    stream.push(null);
    callback();
  },
  'data after the end': (stream, chunk, callback) => {
    stream.push(null);
    callback(null, 'too late');
  },
};
for (const [name, way] of Object.entries(ways)) {
  const say = lane(name);
  const stream = new Transform({
    transform(chunk, encoding, callback) {
      say('transform', chunk);
      way(stream, chunk, callback);
    },
  });
  watch(say, stream, 'data prefinish finish end error close');
  stream.write('a', called(say, 'a'));
  setImmediate(() => {
    say('turn', stream.readableEnded, stream.writableEnded, stream.destroyed);
    stream.end(called(say, 'end called back'));
  });
}
