// Readable.from(): objects one by one, its own mark, the end; str and bytes are one chunk.
// rows: N18

const { log, lane, watch, attempt } = require('./prelude');
const { Readable } = require('node:stream');

function* numbers() {
  try {
    for (let i = 1; i < 5; i++) {
      log('gives', i);
      yield i;
    }
  } finally {
    log('finally');
  }
}

const source = Readable.from(numbers());
log('mode', source.readableObjectMode, source.readableHighWaterMark);
watch(log, source, 'data end close');
process.nextTick(() => log('tick'));
const sources = {
  list: [[1, 'two', [3]]], text: ['text'], bytes: [Buffer.from('bytes')], empty: [[]],
  'not objects': [['a', 'bc'], { objectMode: false, highWaterMark: 5 }],
};
for (const [name, args] of Object.entries(sources)) watch(lane(name), Readable.from(...args), 'data end close');
attempt(log, 'number', () => Readable.from(5));
attempt(log, 'null', () => Readable.from(null));
