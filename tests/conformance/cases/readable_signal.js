// The option signal: aborted before, while it is read, and after its end.
// rows: N18

const { lane, watch } = require('./prelude');
const { Readable } = require('node:stream');

function make(name, signal) {
  const say = lane(name);
  const source = new Readable({ signal, read() {} });
  watch(say, source, 'data end close');
  source.on('error', (error) => say('error', error.name, error.code));
  source.push('data');
  return [say, source];
}

let controller = new AbortController();
controller.abort();
const [before, source] = make('before', controller.signal);
before('state', source.destroyed);
const meanwhile = new AbortController();
const [say, other] = make('meanwhile', meanwhile.signal);
setImmediate(() => {
  meanwhile.abort();
  say('state', other.destroyed, other.readableAborted);
});
const after = new AbortController();
make('after', after.signal)[1].push(null);
setImmediate(() => setImmediate(() => after.abort()));
