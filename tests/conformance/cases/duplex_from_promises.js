// Duplex.from() what gives its chunks later: an async iterable, a promise, a pair of functions.
// rows: A11 N19

const { called, log, see, stream } = require('./prelude');

async function* chunks() {
  yield 'a';
  yield 'b';
}

async function* breaks() {
  yield 'a';
  throw new Error('boom');
}

async function takes(source) {
  for await (const chunk of source) log('takes', chunk);
}

const steps = [
  ['an async iterable', () => chunks()],
  ['one that fails', () => breaks()],
  ['a promise', async () => 'later', true],
  ['of nothing', async () => null, true],
  ['one that is rejected', async () => { throw new Error('no'); }, true],
  ['a pair', () => ({ readable: chunks(), writable: takes })],
  ['a pair that fails', () => ({ readable: breaks(), writable: takes })],
];

(function next() {
  const step = steps.shift();
  if (step === undefined) return;
  log('--', step[0]);
  const duplex = see('duplex', stream.Duplex.from(step[1]()));
  log(duplex.readable, duplex.writable, duplex.readableObjectMode, duplex.writableObjectMode);
  duplex.on('data', (chunk) => log('data', chunk));
  if (duplex.writable) duplex.end('x', called(log, 'ended'));
  const timer = setTimeout(() => { log('stays'); duplex.destroy(); }, 50);
  duplex.on('close', () => { clearTimeout(timer); setTimeout(next, 5); });
})();
