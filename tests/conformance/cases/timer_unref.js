// An unref'd timer does not keep the program alive; ref() takes it back.
// rows: N15 N04

const { log } = require('./prelude');

const never = setTimeout(() => log('never'), 20000);
log('same', never.unref() === never, never.hasRef());
const again = setTimeout(() => log('again'), 5).unref();
log('same', again.ref() === again, again.hasRef());
const immediate = setImmediate(() => log('never'));
log('immediate', immediate.unref() === immediate, immediate.hasRef());
immediate.ref();
clearImmediate(immediate);
setInterval(() => log('never'), 20000).unref();
