// _construct(): what is written waits for it, and so do the end and destroy().
// rows: N18

const { lane, watch, called } = require('./prelude');
const { Writable } = require('node:stream');

const ways = {
  'at once': (callback) => callback(),
  'later': (callback) => setImmediate(callback),
  'fails': (callback) => callback(new Error('no file')),
  'fails later': (callback) => setImmediate(callback, new Error('no file')),
  'throws': () => { throw new Error('no file'); },
  'twice': (callback) => { callback(); callback(); },
};
const uses = {
  'writes': (stream, say) => {
    say(stream.write('a', called(say, 'a')), stream.writableLength);
    say(stream.write('b', called(say, 'b')), stream.writableNeedDrain);
    stream.end(called(say, 'end'));
  },
  'ends': (stream, say) => stream.end(called(say, 'end')),
  'destroys': (stream, say) => {
    stream.write('a', called(say, 'a'));
    stream.destroy();
  },
  'fails': (stream) => stream.destroy(new Error('given up')),
};
for (const [way, construct] of Object.entries(ways)) {
  for (const [name, use] of Object.entries(uses)) {
    const say = lane(`${way}, ${name}`);
    const stream = new Writable({
      highWaterMark: 2,
      construct(callback) {
        say('construct');
        construct(callback);
      },
      write(chunk, encoding, callback) {
        say('write', chunk);
        callback();
      },
      final(callback) {
        say('final');
        callback();
      },
      destroy(error, callback) {
        say('destroy', error);
        callback(error);
      },
    });
    watch(say, stream, 'drain prefinish finish error close');
    use(stream, say);
    say(stream.destroyed, stream.closed);
    process.nextTick(() => {
      say('tick');
      process.nextTick(() => say('second tick'));
    });
  }
}
