// The functions of the module events, and errorMonitor.
// rows: N20

const { log, attempt } = require('./prelude');
const events = require('node:events');
const { EventEmitter, errorMonitor, getEventListeners, listenerCount, getMaxListeners } = events;

const f = () => {}, g = () => {};
const x = new EventEmitter();
x.on('x', f);
x.once('x', g);
x.on('x', f);
log('listeners', getEventListeners(x, 'x').map((each) => (each === f ? 'f' : 'g')), getEventListeners(x, 'none'));
log('count', listenerCount(x, 'x'), x.listenerCount('x', f), x.listenerCount('x', g), x.listenerCount('y', f));
for (const other of [{}, 5]) {
  attempt(log, 'listeners of something else', () => getEventListeners(other, 'x'));
  attempt(log, 'count of something else', () => listenerCount(other, 'x'));
  attempt(log, 'limit of something else', () => getMaxListeners(other));
  attempt(log, 'limit for something else', () => events.setMaxListeners(5, other));
}
const a = new EventEmitter(), b = new EventEmitter(), { signal } = new AbortController();
log('limits', getMaxListeners(a), getMaxListeners(signal));
events.setMaxListeners(3, a, signal);
events.setMaxListeners(20);
log('limits', getMaxListeners(a), getMaxListeners(b), getMaxListeners(signal));
log('limits', getMaxListeners(new EventEmitter()), getMaxListeners(new AbortController().signal));
for (const n of [-1, NaN, 'x']) {
  attempt(log, 'set', () => events.setMaxListeners(n, a));
  attempt(log, 'set for all', () => events.setMaxListeners(n));
}
log('limits', getMaxListeners(a), getMaxListeners(b));

x.on(errorMonitor, (error) => log('monitor', error.message));
try {
  x.emit('error', new Error('one'));
} catch (error) {
  log('thrown', error.message);
}
x.on('error', (error) => log('error', error.message));
log('emit', x.emit('error', new Error('two')));
log('counts', x.listenerCount('error'), x.listenerCount(errorMonitor));
