// duplexPair(): what is written to one end is read at the other; ends, errors and back-pressure.
// rows: N19

const { log, see, stream } = require('./prelude');

const steps = [
  ['both ways', (a, b, next) => {
    a.on('data', (data) => log('a data', data));
    b.on('data', (data) => log('b data', data));
    a.write('1', () => log('written'));
    b.end('2');
    a.end('3');
    setTimeout(next, 10);
  }],
  ['held back', (a, b, next) => {
    a.write('1', () => log('written 1'));
    a.write('2', () => log('written 2'));
    setTimeout(() => {
      log('read', b.read());
      setTimeout(() => {
        log('read', b.read());
        a.destroy();
        setTimeout(next, 10);
      }, 5);
    }, 5);
  }],
  ['destroyed', (a, b, next) => {
    b.resume();
    a.destroy();
    setTimeout(() => { b.destroy(); setTimeout(next, 10); }, 10);
  }],
  ['destroyed with an error', (a, b, next) => {
    b.resume();
    a.destroy(new Error('boom'));
    setTimeout(next, 10);
  }],
  ['an empty chunk', (a, b, next) => {
    b.on('data', (data) => log('b data', data));
    a.write('', () => log('written'));
    a.end();
    b.end();
    a.resume();
    setTimeout(next, 10);
  }],
];

(function next() {
  const step = steps.shift();
  if (step === undefined) return;
  log('--', step[0]);
  const [a, b] = stream.duplexPair();
  see('a', a);
  see('b', b);
  step[1](a, b, next);
})();
