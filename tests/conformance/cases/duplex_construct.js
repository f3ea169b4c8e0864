// _construct() of a Duplex: both halves wait for it, and go on in their order.
// rows: N18

const { lane, watch, called } = require('./prelude');
const { Duplex } = require('node:stream');

for (const later of [false, true]) {
  for (const error of [undefined, new Error('no file')]) {
    const say = lane(`${later} ${error !== undefined}`);
    const stream = new Duplex({
      construct(callback) {
        say('construct');
        if (later) setImmediate(callback, error);
        else callback(error);
      },
      read() {
        say('read');
        stream.push('data');
        stream.push(null);
      },
      write(chunk, encoding, callback) {
        say('write', chunk);
        callback();
      },
      final(callback) {
        say('final');
        callback();
      },
      destroy(reason, callback) {
        say('destroy', reason);
        callback(reason);
      },
    });
    watch(say, stream, 'data drain prefinish finish end error close');
    say(stream.write('a', called(say, 'a')), stream.writableLength);
    stream.end('b', called(say, 'end called back'));
    process.nextTick(() => say('tick'));
  }
}
