// After an exception in a tick the remaining ticks still run, before anything else.
// rows: N15

const { log } = require('./prelude');

process.removeAllListeners('uncaughtException');
process.on('uncaughtException', (error) => log('uncaught', error));
setImmediate(() => log('immediate'));
process.nextTick(() => log('tick 1'));
process.nextTick(() => {
  log('tick 2');
  throw new Error('boom');
});
process.nextTick(() => log('tick 3'));
