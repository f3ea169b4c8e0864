// write(), end() and destroy() within 'drain', 'prefinish', 'finish' and callbacks.
// rows: N18 N12

const { lane, watch, called } = require('./prelude');
const { Writable } = require('node:stream');

const acts = {
  end: (stream, say) => stream.end('last', called(say, 'end')),
  write: (stream, say) => say(stream.write('more', called(say, 'more'))),
  destroy: (stream) => stream.destroy(),
  fail: (stream) => stream.destroy(new Error('given up')),
};
for (const where of ['callback', 'drain', 'prefinish', 'finish', 'end']) {
  for (const [name, act] of Object.entries(acts)) {
    for (const later of [false, true]) {
      const say = lane(`${where} ${name} ${later}`);
      const stream = new Writable({
        highWaterMark: 1,
        write(chunk, encoding, callback) {
          say('write', chunk);
          if (later) setImmediate(callback);
          else callback();
        },
      });
      const once = () => {
        say('in', where);
        act(stream, say);
      };
      if (where !== 'callback' && where !== 'end') stream.once(where, once);
      watch(say, stream, 'drain prefinish finish error close');
      stream.write('a', where === 'callback' ? once : called(say, 'a'));
      stream.write('b', called(say, 'b'));
      if (where === 'prefinish' || where === 'finish') stream.end();
      if (where === 'end') stream.end(once);
      setImmediate(() => setImmediate(() => setImmediate(() => setImmediate(() => stream.end()))));
    }
  }
}
