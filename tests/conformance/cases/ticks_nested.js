// Ticks that add ticks: all run before any timer or immediate.
// rows: N15

const { log } = require('./prelude');

setImmediate(() => log('immediate'));
process.nextTick((...args) => {
  log('tick 1', ...args);
  process.nextTick(() => {
    log('tick 3');
    process.nextTick(() => log('tick 4'));
  });
}, 'with', 'arguments');
process.nextTick(() => log('tick 2'));
log('main');
