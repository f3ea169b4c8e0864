// The option signal: before, during and after.
// rows: N19

const { log, see, stream } = require('./prelude');
const { pipeline } = require('node:stream/promises');

const steps = [
  ['during', (signal) => setImmediate(() => signal.abort())],
  ['before', (signal) => signal.abort()],
  ['with a reason', (signal) => setImmediate(() => signal.abort(new Error('enough')))],
  ['after', () => {}],
];

(function next() {
  const step = steps.shift();
  if (step === undefined) return;
  log('--', step[0]);
  const controller = new AbortController();
  const source = see('source', new stream.Readable({ read() {} }));
  const destination = see('destination', new stream.Writable({ write(chunk, encoding, callback) { callback(); } }));
  step[1](controller);
  if (step[0] === 'after') source.push(null);
  const done = (error) => {
    log('callback', error, error?.message, error?.cause?.message);
    controller.abort();
    setImmediate(next);
  };
  pipeline(source, destination, { signal: controller.signal }).then(done, done);
})();
