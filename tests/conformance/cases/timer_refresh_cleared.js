// refresh() of a cleared timer does nothing.
// rows: N15

const { log } = require('./prelude');

const timer = setTimeout(() => log('never'), 5);
clearTimeout(timer);
log('same', timer.refresh() === timer);
setTimeout(() => log('later'), 20);
