// A signal destroys the stream, before it is used, while it writes, and not after its end.
// rows: N18

const { lane, watch, called } = require('./prelude');
const { Writable } = require('node:stream');

for (const when of ['before', 'fresh', 'writing', 'after all']) {
  const say = lane(when);
  const controller = new AbortController();
  if (when === 'before') controller.abort();
  const stream = new Writable({
    signal: controller.signal,
    write(chunk, encoding, callback) {
      say('write', chunk);
      setImmediate(callback);
    },
    destroy(error, callback) {
      say('destroy', error?.name);
      callback(error);
    },
  });
  watch(say, stream, 'finish close');
  stream.on('error', (error) => say('error', error.name, error.code));
  say(stream.destroyed);
  if (when === 'writing') {
    stream.write('a', called(say, 'a'));
    stream.write('b', called(say, 'b'));
  }
  if (when === 'after all') {
    stream.end('a', called(say, 'end'));
    stream.on('close', () => {
      controller.abort();
      say(stream.errored);
    });
  } else {
    controller.abort();
    say(stream.destroyed, stream.errored?.code);
  }
}
