// finished() of one half of a Duplex, and of one that is not there.
// rows: N19

const { log, see, stream } = require('./prelude');

const make = (options = {}) => see('duplex', new stream.Duplex({
  read() {},
  write(chunk, encoding, callback) {
    callback();
  },
  ...options,
}));
const ends = (duplex) => { duplex.push(null); duplex.resume(); };
const steps = [
  ['ends only', ends],
  ['finishes only', (duplex) => duplex.end()],
  ['both', (duplex) => { ends(duplex); duplex.end(); }],
  ['destroyed', (duplex) => duplex.destroy()],
  ['ends, then destroyed', (duplex) => { ends(duplex); setImmediate(() => duplex.destroy()); }],
  ['not half-open', ends, { allowHalfOpen: false }],
];

(function next() {
  const step = steps.shift();
  if (step === undefined) return;
  const duplex = make(step[2]);
  log('--', step[0]);
  stream.finished(duplex, { readable: false }, (error) => log('writable', error));
  stream.finished(duplex, { writable: false }, (error) => log('readable', error));
  stream.finished(duplex, { readable: false, writable: false }, (error) => log('neither', error));
  stream.finished(duplex, (error) => log('both', error));
  step[1](duplex);
  setTimeout(() => {
    stream.finished(duplex, { readable: false }, (error) => log('writable later', error));
    stream.finished(duplex, { writable: false }, (error) => log('readable later', error));
    setImmediate(next);
  }, 10);
})();
