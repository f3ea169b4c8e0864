// What a stream says of itself before, while and after it is read, or was destroyed.
// rows: N18 N19

const { lane } = require('./prelude');
const { Readable } = require('node:stream');

function tell(say, when, source) {
  say(when, 'readable', source.readable, 'didRead', source.readableDidRead, 'aborted', source.readableAborted,
    'ended', source.readableEnded, 'destroyed', source.destroyed, 'closed', source.closed, 'errored', source.errored);
}

function make(name) {
  const say = lane(name);
  const source = new Readable({ read() {} });
  tell(say, 'new', source);
  for (const event of ['data', 'end', 'error', 'close']) source.on(event, () => tell(say, event, source));
  source.push('data');
  tell(say, 'pushed', source);
  return [say, source];
}

make('ended')[1].push(null);
const [say, source] = make('destroyed');
source.once('data', () => {
  source.destroy();
  tell(say, 'destroy', source);
});
const [failed, other] = make('failed');
other.destroy(new Error('failed'));
tell(failed, 'destroy', other);
