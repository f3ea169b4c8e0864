// A TracingChannel: what it publishes of a call, of one that throws, and of a callback.
// rows: N23

const diagnostics_channel = require('node:diagnostics_channel');
const { log, attempt } = require('./prelude');

const tracing = diagnostics_channel.tracingChannel('work');
const parts = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'];
log(parts.map((part) => tracing[part].name).join(' '));
const subscribers = {};
for (const part of parts) {
  subscribers[part] = (message) => {
    log(part, Object.keys(message).join(' '), message.n, message.result, message.error && message.error.message);
  };
}
log('nobody', tracing.hasSubscribers, tracing.traceSync((a, b) => a + b, {}, null, 1, 2));
tracing.subscribe(subscribers);
log('somebody', tracing.hasSubscribers);
log('returned', tracing.traceSync((a, b) => a + b, { n: 1 }, null, 2, 3));
attempt(log, 'traceSync', () => tracing.traceSync(() => { throw new Error('bad'); }, { n: 2 }));
log('returned', tracing.traceCallback((x, callback) => {
  callback(null, x);
  return 'value';
}, -1, { n: 3 }, null, 9, (error, result) => log('callback', error, result)));
tracing.traceCallback((callback) => callback(new Error('late')), 0, { n: 4 }, null,
  (error, result) => log('callback', error.message, result));
attempt(log, 'no callback', () => tracing.traceCallback((x) => x, -1, { n: 5 }, null, 8));
attempt(log, 'throws', () => tracing.traceCallback((callback) => { throw new Error('no'); }, -1, { n: 6 }, null, () => {}));
log('unsubscribed', tracing.unsubscribe(subscribers), tracing.unsubscribe(subscribers), tracing.hasSubscribers);
tracing.subscribe({ end: subscribers.end });
log('one of them', tracing.hasSubscribers);
tracing.traceSync(() => 5, { n: 7 });
attempt(log, 'no function', () => tracing.subscribe({ start: 5 }));
attempt(log, 'number', () => diagnostics_channel.tracingChannel(5));
