// An iterable or a generator as the source.
// rows: N19

const { log, see, stream } = require('./prelude');

function sink(highWaterMark = 100) {
  return see('destination', new stream.Writable({
    highWaterMark,
    write(chunk, encoding, callback) {
      log('write', chunk);
      setImmediate(callback);
    },
  }));
}

function* letters() {
  try {
    yield 'a';
    yield 'b';
    log('all');
  } finally {
    log('finally');
  }
}

function* broken() {
  yield 'a';
  throw new Error('boom');
}

const steps = [
  ['a list', (next) => stream.pipeline(['a', 'b'], sink(), next)],
  ['an empty list', (next) => stream.pipeline([], sink(), next)],
  ['a generator', (next) => stream.pipeline(letters(), sink(), next)],
  ['a function, no room', (next) => stream.pipeline(letters, sink(1), next)],
  ['one that throws', (next) => stream.pipeline(broken, sink(), next)],
  ['through a stream', (next) => stream.pipeline(letters, new stream.PassThrough(), sink(1), next)],
  ['destroyed on the way', (next) => {
    const destination = sink(1);
    stream.pipeline(letters, destination, next);
    setImmediate(() => destination.destroy());
  }],
  ['a chunk of a wrong type', (next) => stream.pipeline([5], sink(), next)],
];

(function next() {
  const step = steps.shift();
  if (step === undefined) return;
  log('--', step[0]);
  step[1]((error) => {
    log('callback', error);
    setImmediate(next);
  });
})();
