// Timers in the order of their due times, equal ones in the order they were made.
// rows: N15

const { log } = require('./prelude');

setTimeout(() => log('30'), 30);
setTimeout(() => log('10 a'), 10);
setTimeout((...args) => log(...args), 20, '20', 'with', 'arguments');
setTimeout(() => log('10 b'), 10);
setTimeout(() => log('0 is 1'), 0);
setTimeout(() => log('1'), 1);
setTimeout(() => log('negative is 1'), -5);
