// An interval runs until it is cleared, also from inside, with its arguments.
// rows: N15

const { log } = require('./prelude');

let count = 0;
const interval = setInterval((name) => {
  log(name, ++count);
  process.nextTick(() => log('tick', count));
  if (count === 3) clearInterval(interval);
}, 2, 'interval');
log('has ref', interval.hasRef());
