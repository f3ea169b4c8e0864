// Cleared timers and immediates do not run, also when cleared by one that is due with them.
// rows: N15

const { log, lane } = require('./prelude');

const start = Date.now();
clearTimeout(setTimeout(() => log('never'), 1));
clearImmediate(setImmediate(() => log('never')));
clearInterval(setInterval(() => log('never'), 1));
const first = setTimeout(() => {
  log('first');
  clearTimeout(second);
  clearTimeout(first);
}, 5);
const second = setTimeout(() => log('never'), 5);
const one = setImmediate(() => {
  lane('immediates')('immediate');
  clearImmediate(two);
  clearImmediate(one);
});
const two = setImmediate(() => log('never'));
clearTimeout(null);
clearTimeout(undefined);
clearImmediate(null);
while (Date.now() - start < 20);
setTimeout(() => log('last'), 10);
