// Empty chunks are none, but they answer _read(); in object mode they are objects.
// rows: N18

const { lane, watch } = require('./prelude');
const { Readable } = require('node:stream');

function make(name, objectMode) {
  const say = lane(name);
  const chunks = ['', 'a', Buffer.alloc(0), 'b', ''];
  const source = new Readable({
    objectMode,
    read() {
      const chunk = chunks.length ? chunks.shift() : null;
      say('_read gives', chunk);
      say('push', this.push(chunk), this.readableLength);
    },
  });
  watch(say, source, 'data end close');
  say('unshift', source.unshift(''), source.readableLength);
}

make('bytes', false);
make('objects', true);
