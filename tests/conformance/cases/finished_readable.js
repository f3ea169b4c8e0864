// finished() of a Readable, in each state it can be in.
// rows: N19

const { log, stream } = require('./prelude');

const make = () => {
  const readable = new stream.Readable({ read() {} });
  for (const name of ['end', 'close']) readable.on(name, () => log(name));
  return readable;
};
const steps = [
  ['ends', (readable) => { readable.push(null); readable.resume(); }],
  ['ends unread', (readable) => { readable.push('x'); readable.push(null); setImmediate(() => readable.resume()); }],
  ['destroyed', (readable) => readable.destroy()],
  ['destroyed later', (readable) => setImmediate(() => readable.destroy())],
  ['failed', (readable) => readable.destroy(new Error('boom'))],
  ['failed later', (readable) => setImmediate(() => readable.destroy(new Error('boom')))],
];

(function next() {
  const step = steps.shift();
  if (step === undefined) return;
  const readable = make();
  log('--', step[0]);
  let count = 0;
  stream.finished(readable, (error) => log('before', error, ++count));
  step[1](readable);
  stream.finished(readable, (error) => log('then', error, ++count));
  setTimeout(() => {
    stream.finished(readable, (error) => {
      log('after', error, ++count);
      setImmediate(next);
    });
    log('returns');
  }, 10);
})();
