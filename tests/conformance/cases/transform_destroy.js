// destroy() of a Transform: while it transforms, while the reading side is full, while it flushes.
// rows: N18

const { lane, watch, called } = require('./prelude');
const { Transform } = require('node:stream');

for (const where of ['transform', 'full', 'flush', 'data']) {
  for (const error of [undefined, new Error('given up')]) {
    const say = lane(`${where} ${error !== undefined}`);
    const stream = new Transform({
      highWaterMark: 2,
      transform(chunk, encoding, callback) {
        say('transform', chunk);
        if (where === 'transform') stream.destroy(error);
        callback(null, chunk);
      },
      flush(callback) {
        say('flush');
        if (where === 'flush') stream.destroy(error);
        callback(null, 'rest');
      },
    });
    watch(say, stream, 'prefinish finish end error close');
    if (where !== 'full') stream.on('data', (data) => say('data', data));
    if (where === 'data') stream.once('data', () => stream.destroy(error));
    stream.write('ab', called(say, 'ab'));
    stream.write('cd', called(say, 'cd'));
    stream.write('ef', called(say, 'ef'));
    if (where === 'full') setImmediate(() => stream.destroy(error));
    stream.end();
    setImmediate(() => setImmediate(() => {
      say(stream.destroyed, stream.errored, stream.readableAborted);
    }));
  }
}
