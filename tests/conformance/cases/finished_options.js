// finished(): the options error and signal, the function that it returns, and what it refuses.
// rows: N19

const { attempt, called, log, stream } = require('./prelude');

const make = () => new stream.Readable({ read() {} });
const listeners = (readable) => readable.eventNames().sort().map((name) => `${name} ${readable.listenerCount(name)}`);

attempt(log, 'no callback', () => stream.finished(make()));
attempt(log, 'null', () => stream.finished(make(), null, null));
attempt(log, 'no stream', () => stream.finished({}, () => {}));
attempt(log, 'options that are none', () => stream.finished(make(), 'x', () => {}));
attempt(log, 'a signal that is none', () => stream.finished(make(), { signal: 5 }, () => {}));

const cleaned = make();
const before = cleaned.eventNames().length;
const cleanup = stream.finished(cleaned, called(log, 'never'));
log('listeners', cleaned.eventNames().length > before);
cleanup();
log('listeners', cleaned.eventNames().length > before);
cleaned.destroy();

const gone = make().destroy();
stream.finished(gone, called(log, 'never'))();

const silent = make();
stream.finished(silent, { error: false }, called(log, 'error: false'));
log('listens to errors', silent.listenerCount('error'));
silent.on('error', called(log, 'error'));
silent.destroy(new Error('boom'));

const aborted = make();
const controller = new AbortController();
stream.finished(aborted, { signal: controller.signal }, (error) => {
  log('aborted', error, error.message, error.cause.message, aborted.destroyed);
  log('listeners', aborted.listenerCount('error'), aborted.listenerCount('end'));
});
controller.abort(new Error('enough'));
log('after abort()');

stream.finished(make(), { signal: controller.signal }, called(log, 'aborted already'));
log('returns');

const ended = make();
stream.finished(ended, { signal: new AbortController().signal }, called(log, 'ended'));
ended.push(null);
ended.resume();

const late = make();
stream.finished(late, (error) => {
  log('late', error);
  late.emit('error', new Error('late'));
  log('no throw');
});
late.push(null);
late.resume();
