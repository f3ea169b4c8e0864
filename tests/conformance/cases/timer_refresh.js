// refresh() starts a timer anew: pending, and after it ran.
// rows: N15

const { log } = require('./prelude');

let runs = 0;
const timer = setTimeout(() => {
  log('timer', ++runs);
  if (runs === 1) log('same', timer.refresh() === timer);
}, 200);
setTimeout(() => {
  timer.refresh();
  setTimeout(() => log('100 ms after refresh', runs), 100);
}, 150);
