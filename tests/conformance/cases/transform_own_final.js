// A Transform with a _final() of its own flushes at 'prefinish'.
// rows: N18

const { lane, watch, called } = require('./prelude');
const { Transform } = require('node:stream');

for (const flush of ['none', 'passes', 'fails']) {
  const say = lane(flush);
  class Own extends Transform {
    _transform(chunk, encoding, callback) {
      callback(null, chunk);
    }

    _final(callback) {
      say('final');
      setImmediate(callback);
    }
  }
  if (flush !== 'none') {
    Own.prototype._flush = function(callback) {
      say('flush');
      callback(flush === 'fails' ? new Error('no rest') : null, 'rest');
    };
  }
  const stream = new Own();
  watch(say, stream, 'data prefinish finish end error close');
  stream.end('a', called(say, 'end called back'));
}
