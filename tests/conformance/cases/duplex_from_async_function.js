// Duplex.from() an async function: the writing half, which finishes when the function has returned.
// rows: A11 N19

const { called, log, see, stream } = require('./prelude');

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function takesAll(source) {
  for await (const chunk of source) log('takes', chunk);
  await sleep(5);
  log('returns');
}

async function returnsEarly(source) {
  for await (const chunk of source) {
    log('takes', chunk);
    return;
  }
}

async function fails(source) {
  for await (const chunk of source) throw new Error(`boom ${chunk}`);
}

async function failsLate(source) {
  for await (const chunk of source) log('takes', chunk);
  throw new Error('late');
}

const steps = [
  ['all well', takesAll, true],
  ['returns early', returnsEarly, false],
  ['fails', fails, false],
  ['fails late', failsLate, true],
];

(function next() {
  const step = steps.shift();
  if (step === undefined) return;
  log('--', step[0]);
  const duplex = see('duplex', stream.Duplex.from(step[1]));
  log(duplex.readable, duplex.writable, duplex.writableObjectMode, duplex.writableHighWaterMark);
  for (const chunk of ['a', 'b']) log(duplex.write(chunk, called(log, `written ${chunk}`)));
  if (step[2]) duplex.end(called(log, 'ended'));
  duplex.on('close', () => setTimeout(next, 5));
})();
