// Immediates of one turn: each one's ticks run before the next; new ones wait a turn.
// rows: N15

const { log } = require('./prelude');

for (const name of ['a', 'b']) {
  setImmediate((...args) => {
    log('immediate', ...args);
    process.nextTick(() => log('tick', name));
    setImmediate(() => log('next turn', name));
  }, name);
}
