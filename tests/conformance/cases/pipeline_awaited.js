// pipeline() and finished() to be awaited: what they give, fail with, and leave.
// rows: A11 N19

const { log, stream } = require('./prelude');

const { PassThrough, Readable, Writable } = stream;
const { finished, pipeline } = stream.promises;

async function* letters() {
  yield 'a';
  yield 'b';
}

async function* fails() {
  yield 'a';
  throw new Error('boom');
}

async function join(source) {
  let text = '';
  for await (const chunk of source) text += chunk;
  return text;
}

const sink = () => new Writable({
  objectMode: true,
  write(chunk, encoding, callback) { setImmediate(callback, chunk === 'bad' ? new Error('bad') : null); },
});
const aborted = (controller) => { controller.abort(); return controller.signal; };
const through = new PassThrough({ objectMode: true });
const steps = [
  ['value', () => pipeline(letters, join)],
  ['no value', () => pipeline(letters, sink())],
  ['source fails', () => pipeline(fails, join)],
  ['sink fails', () => pipeline(['bad', 'good'], sink())],
  ['aborted before', () => pipeline(letters, join, { signal: aborted(new AbortController()) })],
  ['aborted', () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 5);
    return pipeline(new PassThrough(), sink(), { signal: controller.signal });
  }],
  ['left open', () => pipeline(letters, through, { end: false })],
  ['which is', async () => [through.writableEnded, through.destroyed]],
  ['finished', () => finished(sink().end())],
  ['destroyed', () => finished(sink().destroy())],
  ['failed', () => finished(sink().on('error', () => {}).destroy(new Error('no')))],
  ['read', () => finished(Readable.from([1]).resume())],
];

(async () => {
  for (const [name, call] of steps) {
    try {
      log(name, await call());
    } catch (error) {
      log(name, 'fails', error);
    }
  }
})();
