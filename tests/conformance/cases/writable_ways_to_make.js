// A Writable by its options and by a subclass, and what it says of itself.
// rows: N18

const { log, lane } = require('./prelude');
const { Writable } = require('node:stream');

class Own extends Writable {
  _write(chunk, encoding, callback) {
    log('_write', chunk, encoding);
    callback();
  }

  _final(callback) {
    log('_final');
    callback();
  }
}

const made = {
  plain: new Writable(),
  options: new Writable({ highWaterMark: 5, objectMode: true, emitClose: false }),
  objects: new Writable({ objectMode: true }),
  none: new Writable({ highWaterMark: 0, decodeStrings: false }),
  own: new Own({ highWaterMark: 3 }),
};
for (const [name, stream] of Object.entries(made)) {
  const say = lane(name);
  say(stream.writableHighWaterMark, stream.writableObjectMode, stream.writableLength);
  say(stream.writable, stream.writableEnded, stream.writableFinished, stream.writableCorked);
  say(stream.destroyed, stream.closed, stream.errored, stream.writableNeedDrain, stream.writableAborted);
}
made.own.end('text', () => log('ended'));
new Writable({
  write(chunk, encoding, callback) {
    log('write', chunk, encoding);
    callback();
  },
  final(callback) {
    log('final');
    callback();
  },
}).end('text', 'latin1', () => log('ended too'));
