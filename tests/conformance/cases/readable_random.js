// Readables of every kind, used at random: the same numbers choose the same steps in both languages.
// rows: N18 N11

const { lane, watch } = require('./prelude');
const { Readable } = require('node:stream');

// A function that chooses one of its arguments, each time in its own way.
function chooser(state) {
  return (...values) => {
    state = (state * 16807) % 2147483647;
    return values[Math.floor(state / 65536) % values.length];
  };
}

const when = {
  now: (act) => act(),
  tick: (act) => process.nextTick(act),
  turn: (act) => setImmediate(act),
};

function make(say, choose) {
  let letters = 0;
  let left = choose(0, 2, 4, 6);
  const objects = choose(false, false, true);
  const next = (size) => {
    const text = String.fromCharCode(97 + letters++ % 26).repeat(size);
    return objects ? text : Buffer.from(text);
  };
  const options = {
    highWaterMark: choose(0, 1, 2, 4, 10),
    objectMode: objects,
    autoDestroy: choose(true, true, true, false),
    emitClose: choose(true, true, true, false),
    encoding: choose(null, null, null, 'utf8'),
    read(size) {
      say('_read', size);
      if (left-- <= 0) {
        this.push(null);
        return;
      }
      const count = choose(1, 1, 2);
      when[choose('now', 'now', 'tick', 'turn')](() => {
        for (let i = 0; i < count; i++) say('pushed', this.push(next(choose(0, 1, 2, 3, 6))), this.readableLength);
      });
      if (choose(...Array(30).fill(false), true)) throw new Error('no read');
    },
  };
  const construct = choose(null, null, null, 'now', 'tick', 'turn');
  if (construct !== null) {
    options.construct = (callback) => {
      say('construct');
      when[construct](() => callback(choose(null, null, null, new Error('no construct'))));
    };
  }
  return [watch(say, new Readable(options), 'pause resume end error close'), next];
}

function step(say, choose, stream, next, listeners, number) {
  const what = choose('push', 'push', 'push', 'unshift', 'read', 'read', 'data', 'readable', 'reader', 'off', 'pause',
    'resume', 'resume', 'end', 'destroy', 'fail', 'encoding');
  let chunk;
  switch (what) {
    case 'push':
      say(what, stream.push(next(choose(0, 1, 2, 5))));
      break;
    case 'unshift':
      chunk = next(choose(0, 1, 3));
      say(what, stream.unshift(stream.readableEncoding ? String(chunk) : chunk));
      break;
    case 'read':
      say(what, stream.read(choose(undefined, undefined, 0, 1, 2, 9)));
      break;
    case 'data':
      stream.on('data', listeners.data);
      break;
    case 'readable':
      stream.on('readable', listeners.readable);
      break;
    case 'reader':
      stream.on('readable', listeners.reader);
      break;
    case 'off':
      stream.off('data', listeners.data);
      stream.off('readable', listeners.readable);
      break;
    case 'pause':
      stream.pause();
      break;
    case 'resume':
      stream.resume();
      break;
    case 'end':
      if (number > 5) say(what, stream.push(null));
      break;
    case 'destroy':
      if (number > 10) stream.destroy();
      break;
    case 'fail':
      if (number > 10) stream.destroy(new Error('given up'));
      break;
    case 'encoding':
      if (!stream.readableObjectMode) stream.setEncoding('utf8');
      break;
  }
  say(what, stream.readableFlowing, stream.isPaused(), stream.readableLength, stream.readable, stream.readableDidRead,
    stream.readableAborted, stream.readableEnded, stream.destroyed, stream.errored);
  if (number < 14) {
    const again = () => step(say, choose, stream, next, listeners, number + 1);
    when[choose('now', 'now', 'tick', 'turn')](again);
  }
}

for (let number = 1; number <= 24; number++) {
  const say = lane(String(number).padStart(3, '0'));
  const choose = chooser(number * 7919);
  const [stream, next] = make(say, choose);
  const listeners = {
    data: (data) => say('data', data, stream.readableLength),
    readable: () => say('readable', stream.readableLength),
    reader: () => {
      say('reader', stream.readableLength);
      for (let i = 0, chunk; i < 3 && (chunk = stream.read()) !== null; i++) say('reads', chunk);
    },
  };
  step(say, choose, stream, next, listeners, 1);
}
