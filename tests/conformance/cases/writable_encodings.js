// What becomes of a str: encoded, by the encoding given or by default, or left alone.
// rows: N18 N14

const { lane, watch, attempt } = require('./prelude');
const { Writable } = require('node:stream');

for (const decodeStrings of [true, false]) {
  for (const defaultEncoding of [undefined, 'latin1', 'hex']) {
    const say = lane(`${decodeStrings} ${defaultEncoding === undefined ? 'none' : defaultEncoding}`);
    const stream = new Writable({
      decodeStrings,
      defaultEncoding,
      write(chunk, encoding, callback) {
        say('write', chunk, encoding, stream.writableLength);
        callback();
      },
    });
    watch(say, stream, 'finish error');
    stream.write('616263');
    stream.write('616263', 'hex');
    stream.write('616263', 'UTF-8');
    stream.write(Buffer.from('bytes'));
    stream.write(new Uint8Array([65, 66]));
    attempt(say, 'nonsense', () => stream.write('x', 'nonsense'));
    attempt(say, 'buffer', () => stream.write('x', 'buffer'));
    attempt(say, 'a number', () => stream.write(5));
    attempt(say, 'null', () => stream.write(null));
    attempt(say, 'set nonsense', () => stream.setDefaultEncoding('nonsense'));
    say(stream.setDefaultEncoding('BASE64') === stream);
    stream.write('YWJj');
    stream.end('YWJj', 'latin1');
  }
}
attempt(lane('wrong'), 'nonsense', () => new Writable({ defaultEncoding: 'nonsense' }));
