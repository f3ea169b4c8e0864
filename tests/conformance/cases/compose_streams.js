// compose(): what is written comes out of the last one; each kind of end.
// rows: N19

const { log, see, stream } = require('./prelude');

const upper = () => new stream.Transform({
  transform(chunk, encoding, callback) {
    if (String(chunk) === 'bad') callback(new Error('boom'));
    else callback(null, String(chunk).toUpperCase());
  },
});
const twice = () => new stream.Transform({
  transform(chunk, encoding, callback) {
    this.push(chunk);
    callback(null, chunk);
  },
});
const steps = [
  ['all well', (composed) => { composed.write('a'); composed.end('b'); }],
  ['fails inside', (composed) => composed.write('bad')],
  ['destroyed', (composed) => composed.destroy()],
  ['destroyed with an error', (composed) => composed.destroy(new Error('enough'))],
];

(function next() {
  const step = steps.shift();
  if (step === undefined) return;
  log('--', step[0]);
  const head = see('head', upper());
  const tail = see('tail', twice());
  const composed = see('composed', stream.compose(head, tail));
  log(composed.readable, composed.writable, composed instanceof stream.Duplex);
  composed.on('data', (data) => log('data', data));
  composed.on('close', () => setImmediate(next));
  step[1](composed);
})();
