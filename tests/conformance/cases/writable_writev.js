// _writev() gets what waits together, and all of it when there is no _write().
// rows: N18 N12

const { lane, watch, called } = require('./prelude');
const { Writable } = require('node:stream');

for (const both of [false, true]) {
  for (const later of [false, true]) {
    const say = lane(`${both} ${later}`);
    const done = (callback) => {
      if (later) setImmediate(callback);
      else callback();
    };
    const options = {
      decodeStrings: false,
      writev(chunks, callback) {
        say('writev', ...chunks.map((each) => [each.chunk, each.encoding]), stream.writableLength);
        done(callback);
      },
    };
    if (both) {
      options.write = (chunk, encoding, callback) => {
        say('write', chunk, encoding);
        done(callback);
      };
    }
    const stream = new Writable(options);
    watch(say, stream, 'prefinish finish close');
    stream.write('alone', called(say, 'alone'));
    stream.cork();
    stream.write('a', 'latin1', called(say, 'a'));
    stream.write(Buffer.from('b'), called(say, 'b'));
    stream.write('c');
    process.nextTick(() => {
      stream.uncork();
      stream.write('d', called(say, 'd'));
      stream.write('e');
      stream.end('f', called(say, 'end'));
    });
  }
}
