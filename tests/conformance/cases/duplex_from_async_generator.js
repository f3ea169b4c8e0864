// Duplex.from() an async generator function: it iterates what is written, and gives what is read.
// rows: A11 N19

const { called, log, see, stream } = require('./prelude');

async function* double(source) {
  log('begins');
  for await (const chunk of source) {
    log('takes', chunk);
    yield chunk + chunk;
  }
  log('source ended');
  yield 'last';
}

async function* two(source) {
  for await (const chunk of source) {
    yield chunk;
    if (chunk === 'b') return;
  }
}

async function* fails(source) {
  for await (const chunk of source) {
    if (chunk === 'b') throw new Error('boom');
    yield chunk;
  }
}


const steps = [
  ['all well', double, () => {}],
  ['ends early', two, (duplex) => setTimeout(() => duplex.destroy(), 20)],
  ['fails', fails, () => {}],
];

(function next() {
  const step = steps.shift();
  if (step === undefined) return;
  log('--', step[0]);
  const duplex = see('duplex', stream.Duplex.from(step[1]));
  log(duplex.readable, duplex.writable, duplex.readableObjectMode, duplex.writableObjectMode);
  log(duplex.readableHighWaterMark, duplex.writableHighWaterMark);
  duplex.on('data', (chunk) => log('data', chunk));
  for (const chunk of ['a', 'b', 'c']) log(duplex.write(chunk, called(log, `written ${chunk}`)));
  duplex.end(called(log, 'ended'));
  duplex.on('close', () => setTimeout(next, 5));
  step[2](duplex);
})();
