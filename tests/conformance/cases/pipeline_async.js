// pipeline() with async generator functions at each place: what is called, and in which order.
// rows: A11 N19

const { lane, log, see, stream, watch } = require('./prelude');

async function* letters() {
  try {
    yield 'a';
    yield 'b';
    yield 'c';
  } finally {
    log('letters left');
  }
}

async function* upper(source) {
  try {
    for await (const chunk of source) yield String(chunk).toUpperCase();
    log('upper ends');
  } finally {
    log('upper left');
  }
}

async function* first(source) {
  for await (const chunk of source) {
    yield chunk;
    return;
  }
}

async function* fails(source) {
  for await (const chunk of source) {
    if (String(chunk).toLowerCase() === 'b') throw new Error('boom');
    yield chunk;
  }
}

async function* breaks() {
  yield 'a';
  throw new Error('broken');
}

async function join(source) {
  let text = '';
  for await (const chunk of source) text += chunk;
  return text;
}

async function one(source) {
  for await (const chunk of source) return chunk;
}

async function rejects() {
  throw new Error('no');
}

const { PassThrough, Readable, Writable } = stream;
const through = () => see('through', new PassThrough({ objectMode: true }));
const readable = () => watch(lane('readable'), Readable.from(['a', 'b', 'c']), 'end error close');
const sink = (bad) => see('sink', new Writable({
  objectMode: true,
  write(chunk, encoding, callback) {
    log('write', chunk);
    callback(chunk === bad ? new Error('full') : null);
  },
}));
const steps = [
  ['into a stream', () => [letters, upper, sink()]],
  ['an iterator first', () => [letters(), upper, sink()]],
  ['from a stream', () => [readable(), upper, sink()]],
  ['between streams', () => [readable(), through(), upper, sink()]],
  ['into a function', () => [letters, upper, join]],
  ['from a stream into a function', () => [readable(), join]],
  ['ends early', () => [letters, first, sink()]],
  ['ends early after a stream', () => [readable(), first, sink()]],
  ['takes one', () => [letters, upper, one]],
  ['takes one of a stream', () => [readable(), one]],
  ['source fails', () => [breaks, upper, sink()]],
  ['middle fails', () => [letters, fails, sink()]],
  ['middle fails after a stream', () => [readable(), fails, sink()]],
  ['sink fails', () => [letters, upper, sink('B')]],
  ['sink fails after a stream', () => [readable(), through(), upper, sink('B')]],
  ['function fails', () => [letters, rejects]],
  ['function fails after a stream', () => [readable(), rejects]],
];

(function next() {
  const step = steps.shift();
  if (step === undefined) return;
  log('--', step[0]);
  lane('readable')('--', step[0]);
  stream.pipeline(...step[1](), (error, value) => {
    log('done', error, value);
    setTimeout(next, 10);
  });
})();
