// AbortSignal: reasons, any(), timeout(), and who hears in which order.
// rows: N25 N20

const { net, log, attempt, place, where, watch } = require('./prelude');
const { addAbortListener } = require('node:events');

const why = (signal) => signal.reason?.message ?? signal.reason;
for (const reason of [undefined, 5, 0, '', new Error('why')]) log('aborted', why(AbortSignal.abort(reason)));
const late = new AbortController();
late.signal.addEventListener('abort', () => late.abort('again'));
late.abort('first');
late.abort('second');
log('reason', why(late.signal));

const a = new AbortController(), b = new AbortController();
const both = AbortSignal.any([a.signal, b.signal]);
const nested = AbortSignal.any([both, new AbortController().signal]);
nested.addEventListener('abort', () => log('nested'));
both.addEventListener('abort', () => log('both', nested.aborted));
b.signal.addEventListener('abort', () => log('b', both.aborted, nested.aborted));
addAbortListener(b.signal, () => log('listener'));
const taken = addAbortListener(b.signal, () => log('never'));
taken[Symbol.dispose]();
b.abort('B');
a.abort('A');
log('reasons', both.reason, nested.reason);
log('of aborted', AbortSignal.any([new AbortController().signal, AbortSignal.abort('one'), both]).reason);
log('of none', AbortSignal.any([]).aborted);
attempt(log, 'any of null', () => AbortSignal.any(null));
attempt(log, 'any of a text', () => AbortSignal.any('x'));
attempt(log, 'any of a number', () => AbortSignal.any([5]));
for (const delay of [-1, 1.5, NaN, 2 ** 32, '5', null]) attempt(log, 'timeout', () => AbortSignal.timeout(delay));
attempt(log, 'no signal', () => addAbortListener({}, () => {}));
attempt(log, 'no listener', () => addAbortListener(a.signal, 5));
addAbortListener(a.signal, () => log('already aborted'));
log('end of the program');

const server = net.createServer((peer) => peer.on('error', () => {}).resume());
server.listen(place(), () => {
  const first = net.connect(where(server, { signal: AbortSignal.timeout(20) }));
  first.on('error', (error) => log('error', error.code, error.message, error.cause.message));
  first.on('close', (hadError) => {
    log('close', hadError);
    const c = new AbortController();
    const second = net.connect(where(server, { signal: AbortSignal.any([c.signal, AbortSignal.timeout(60000)]) }));
    second.on('connect', () => c.abort('enough'));
    second.on('error', (error) => log('error', error.code, error.cause));
    second.on('close', () => server.close());
  });
});
