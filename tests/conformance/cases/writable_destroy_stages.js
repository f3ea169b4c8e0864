// destroy() at each stage of a stream's life, with and without an error.
// rows: N18 N12

const { lane, watch, called } = require('./prelude');
const { Writable } = require('node:stream');

const stages = {
  fresh: () => {},
  writing: (stream, say) => stream.write('a', called(say, 'a')),
  waiting: (stream, say) => {
    stream.write('a', called(say, 'a'));
    stream.write('b', called(say, 'b'));
  },
  corked: (stream, say) => {
    stream.cork();
    stream.write('a', called(say, 'a'));
  },
  ending: (stream, say) => {
    stream.write('a', called(say, 'a'));
    stream.end(called(say, 'end'));
  },
  final: (stream, say) => stream.end(called(say, 'end')),
};
for (const [name, stage] of Object.entries(stages)) {
  for (const error of [undefined, new Error('given up')]) {
    const say = lane(`${name} ${error !== undefined}`);
    const stream = new Writable({
      write(chunk, encoding, callback) {
        say('write', chunk);
        setImmediate(callback);
      },
      final(callback) {
        say('final');
        setImmediate(callback);
      },
      destroy(reason, callback) {
        say('destroy', reason);
        setImmediate(callback, reason);
      },
    });
    watch(say, stream, 'drain prefinish finish error close');
    stage(stream, say);
    stream.destroy(error);
    say(stream.destroyed, stream.closed, stream.errored, stream.writable, stream.writableAborted);
    stream.destroy(new Error('too late'));
    process.nextTick(() => say('tick', stream.closed));
    setImmediate(() => say('turn', stream.closed, stream.writableLength));
  }
}
