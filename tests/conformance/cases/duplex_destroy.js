// destroy() of a Duplex in the middle of both halves, and errors of either half.
// rows: N18

const { lane, watch, called } = require('./prelude');
const { Duplex } = require('node:stream');

const acts = {
  'destroy': (stream) => stream.destroy(),
  'destroy with an error': (stream) => stream.destroy(new Error('given up')),
  'push after the end': (stream) => {
    stream.push(null);
    stream.push('late');
  },
  'write after the end': (stream, say) => {
    stream.end();
    stream.write('late', called(say, 'late'));
  },
  'write fails': (stream, say) => stream.write('bad', called(say, 'bad')),
  'read fails': (stream) => {
    stream._read = () => { throw new Error('no data'); };
    stream.read();
  },
};
for (const [name, act] of Object.entries(acts)) {
  for (const autoDestroy of [true, false]) {
    const say = lane(`${name} ${autoDestroy}`);
    const stream = new Duplex({
      autoDestroy,
      read() {},
      write(chunk, encoding, callback) {
        say('write', chunk);
        if (String(chunk) === 'bad') callback(new Error('no room'));
        else setImmediate(callback);
      },
    });
    watch(say, stream, 'prefinish finish end error close');
    if (name !== 'write fails') stream.write('a', called(say, 'a'));
    act(stream, say);
    say(stream.destroyed, stream.errored, stream.readable, stream.writable);
    setImmediate(() => setImmediate(() => {
      say('at last', stream.destroyed, stream.errored, stream.readable, stream.writable);
      say(stream.closed, stream.readableAborted, stream.readableEnded, stream.writableFinished);
    }));
  }
}
