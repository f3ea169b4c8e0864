// write() and end() after end(), after destroy(), and after all.
// rows: N18 N12 N14

const { lane, watch, called } = require('./prelude');
const { Writable } = require('node:stream');

const ends = {
  ended: (stream) => stream.end(),
  destroyed: (stream) => stream.destroy(),
  failed: (stream) => stream.destroy(new Error('broken')),
};
for (const [name, end] of Object.entries(ends)) {
  for (const when of ['at once', 'after all']) {
    for (const autoDestroy of [true, false]) {
      const say = lane(`${name} ${when} ${autoDestroy}`);
      const stream = new Writable({
        autoDestroy,
        write(chunk, encoding, callback) { callback(); },
      });
      watch(say, stream, 'prefinish finish error close');
      end(stream);
      const late = () => {
        say(stream.write('late', called(say, 'write')));
        process.nextTick(() => say('tick'));
        stream.end('later', called(say, 'end with data'));
        if (name !== 'destroyed') stream.end(called(say, 'end'));
      };
      if (when === 'at once') late();
      else setImmediate(late);
    }
  }
}
