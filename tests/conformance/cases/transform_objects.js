// Objects on one side, or on both: lines to objects, objects to lines.
// rows: N18

const { lane, watch } = require('./prelude');
const { PassThrough, Transform } = require('node:stream');

let say = lane('parse');
const parse = new Transform({
  readableObjectMode: true,
  transform(chunk, encoding, callback) {
    for (const word of String(chunk).split(' ')) this.push([word, word.length]);
    callback();
  },
});
say(parse.readableObjectMode, parse.writableObjectMode);
say(parse.readableHighWaterMark, parse.writableHighWaterMark);
watch(say, parse, 'data finish end close');
parse.write('one two');
parse.end('three');

say = lane('print');
const print = new Transform({
  writableObjectMode: true,
  transform(chunk, encoding, callback) {
    callback(null, chunk.join('-'));
  },
});
say(print.readableObjectMode, print.writableObjectMode);
say(print.readableHighWaterMark, print.writableHighWaterMark);
const saysPrint = say;
watch(say, print, 'data finish end close');
print.write(['a', 1]);
print.end([2]);

say = lane('pass');
const pass = new PassThrough({ objectMode: true });
watch(say, pass, 'data finish end close');
for (const value of [0, '', 'text', false, ['x'], Buffer.from('bytes')]) pass.write(value);
pass.end();
saysPrint(pass.readableObjectMode, pass.writableObjectMode);
