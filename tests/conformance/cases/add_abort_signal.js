// addAbortSignal(): before, during and after the life of a stream; and what it refuses.
// rows: N19

const { attempt, log, see, stream } = require('./prelude');

const make = (name) => see(name, new stream.Readable({ read() {} }));
const signal = () => new AbortController();

attempt(log, 'no signal', () => stream.addAbortSignal({}, make('x')));
attempt(log, 'null', () => stream.addAbortSignal('x', make('x')));
attempt(log, 'no stream', () => stream.addAbortSignal(signal().signal, {}));

const first = signal();
const during = make('during');
log('returns', stream.addAbortSignal(first.signal, during) === during);
during.on('error', (error) => log(error.message, error.cause.message));
first.abort(new Error('enough'));
log('destroyed', during.destroyed);

const second = signal();
second.abort();
const before = make('before');
stream.addAbortSignal(second.signal, before);
log('destroyed', before.destroyed);

const third = signal();
const after = make('after');
stream.addAbortSignal(third.signal, after);
after.push(null);
after.resume();
setTimeout(() => {
  third.abort();
  log('errored', after.errored);
}, 10);

const fourth = signal();
const writable = see('writable', new stream.Writable({ write() {} }));
stream.addAbortSignal(fourth.signal, writable);
writable.write('x', (error) => log('written', error));
writable.write('y', (error) => log('written', error));
fourth.abort();
