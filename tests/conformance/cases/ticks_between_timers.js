// Timers due together: each one's ticks run before the next timer.
// rows: N15

const { log } = require('./prelude');

const start = Date.now();
for (const name of ['a', 'b', 'c']) {
  setTimeout(() => {
    log('timer', name);
    process.nextTick(() => log('tick', name));
  }, 5);
}
while (Date.now() - start < 20);
