// compose() with async functions at each place, and readable.compose().
// rows: A11 N19

const { attempt, called, log, see, stream } = require('./prelude');

async function* letters() {
  yield 'a';
  yield 'b';
}

async function* upper(source) {
  for await (const chunk of source) yield String(chunk).toUpperCase();
}

async function* twice(source) {
  for await (const chunk of source) {
    yield chunk;
    yield chunk;
  }
}

async function* fails(source) {
  for await (const chunk of source) throw new Error(`boom ${chunk}`);
  yield '';
}

async function takes(source) {
  for await (const chunk of source) log('takes', chunk);
}

async function* first(source) {
  for await (const chunk of source) {
    yield chunk;
    return;
  }
}

const { compose, PassThrough, Readable } = stream;
const through = () => see('through', new PassThrough({ objectMode: true }));
const steps = [
  ['one function', () => compose(upper)],
  ['two', () => compose(upper, twice)],
  ['in the middle', () => compose(through(), upper, new PassThrough({ objectMode: true }))],
  ['first', () => compose(upper, through())],
  ['last', () => compose(through(), upper)],
  ['three', () => compose(upper, twice, twice)],
  ['a sink', () => compose(upper, takes)],
  ['a source', () => compose(letters(), upper)],
  ['closed', () => compose(letters(), upper, takes)],
  ['fails', () => compose(twice, fails, through())],
  ['fails at the end', () => compose(through(), fails)],
  ['ends early', () => compose(upper, first)],
  ['of a readable', () => Readable.from(['x', 'y']).compose(upper)],
  ['of a readable, a sink', () => Readable.from(['x', 'y']).compose(takes)],
  ['of a readable, a stream', () => Readable.from(['x', 'y']).compose(through())],
];

(function next() {
  const step = steps.shift();
  if (step === undefined) return;
  log('--', step[0]);
  const composed = see('composed', step[1]());
  log(composed.readable, composed.writable);
  log(composed.readableObjectMode, composed.writableObjectMode);
  composed.on('data', (data) => log('data', data));
  if (composed.writable) {
    composed.write('a', ...(composed.readable ? [called(log, 'written')] : []));
    composed.end('b', called(log, 'ended'));
  }
  const timer = setTimeout(() => { log('stays'); composed.destroy(); }, 200);
  composed.on('close', () => { clearTimeout(timer); setTimeout(next, 5); });
})();

attempt(log, 'a signal', () => Readable.from(['x']).compose(new PassThrough(), { signal: 5 }));
attempt(log, 'no stream', () => Readable.from(['x']).compose(5));
attempt(log, 'a Readable', () => Readable.from(['x']).compose(new Readable({ read() {} })));
