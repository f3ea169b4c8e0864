// autoDestroy and emitClose switched off: 'end' or 'error', and nothing more by itself.
// rows: N18

const { lane, watch } = require('./prelude');
const { Readable } = require('node:stream');

function make(name, options) {
  const say = lane(name);
  const source = new Readable({
    ...options,
    read() {},
    destroy(error, callback) { say('_destroy', error); callback(error); },
  });
  watch(say, source, 'data end error close');
  setImmediate(() => say('state', source.destroyed, source.closed, source.errored));
  return source;
}

const ended = make('ended', { autoDestroy: false });
ended.push('data');
ended.push(null);
ended.resume();
const failed = make('failed', { autoDestroy: false });
failed.push(null);
failed.push('too late');
failed.resume();
const quiet = make('quiet', { emitClose: false });
quiet.push(null);
quiet.resume();
make('told', { emitClose: false }).destroy(new Error('told'));
