// What is no function is refused at once.
// rows: N15 N14

const { log, attempt } = require('./prelude');

attempt(log, 'timeout', () => setTimeout('x', 1));
attempt(log, 'timeout', () => setTimeout(null, 1));
attempt(log, 'interval', () => setInterval(5, 1));
attempt(log, 'immediate', () => setImmediate(null));
attempt(log, 'tick', () => process.nextTick(null));
