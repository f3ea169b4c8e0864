// finished() of a Writable, in each state it can be in.
// rows: N19

const { log, stream } = require('./prelude');


const make = () => {
  const writable = new stream.Writable({
    write(chunk, encoding, callback) {
      setImmediate(callback);
    },
  });
  for (const name of ['finish', 'close']) writable.on(name, () => log(name));
  return writable;
};
const steps = [
  ['ends', (writable) => writable.end()],
  ['ends with data', (writable) => writable.end('x')],
  ['ends, then destroyed', (writable) => writable.end('x').destroy()],
  ['destroyed', (writable) => writable.destroy()],
  ['destroyed later', (writable) => setImmediate(() => writable.destroy())],
  ['failed', (writable) => writable.destroy(new Error('boom'))],
  ['write after end', (writable) => { writable.end(); writable.write('x'); }],
];

(function next() {
  const step = steps.shift();
  if (step === undefined) return;
  const writable = make();
  log('--', step[0]);
  let count = 0;
  stream.finished(writable, (error) => log('before', error, ++count));
  step[1](writable);
  stream.finished(writable, (error) => log('then', error, ++count));
  setTimeout(() => {
    stream.finished(writable, (error) => {
      log('after', error, ++count);
      setImmediate(next);
    });
    log('returns');
  }, 10);
})();
