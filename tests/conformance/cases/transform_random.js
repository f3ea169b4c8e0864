// Transforms of every kind, used at random: the same numbers choose the same steps in both languages.
// rows: N18

const { lane, watch, called } = require('./prelude');
const { Transform } = require('node:stream');

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
  const answer = (what, callback, ...data) => {
    const error = choose(false, false, false, false, false, false, false, false, false, false, false, true);
    const time = choose('now', 'now', 'tick', 'turn');
    when[time](() => {
      say(what, 'done', error);
      if (error) callback(new Error(`no ${what}`));
      else callback(null, ...data);
    });
  };
  const options = {
    highWaterMark: choose(0, 1, 3, 6),
    autoDestroy: choose(true, true, true, false),
    allowHalfOpen: choose(true, true, false),
    transform(chunk, encoding, callback) {
      say('transform', chunk);
      switch (choose('same', 'same', 'pushed', 'twice', 'none')) {
        case 'same':
          answer('transform', callback, chunk);
          break;
        case 'pushed':
          say('pushed', this.push(chunk));
          answer('transform', callback);
          break;
        case 'twice':
          say('pushed', this.push(chunk));
          answer('transform', callback, chunk);
          break;
        case 'none':
          answer('transform', callback);
          break;
      }
    },
    destroy(error, callback) {
      say('destroy', error);
      callback(error);
    },
  };
  if (choose(true, false)) {
    options.flush = (callback) => {
      say('flush');
      answer('flush', callback, choose('rest', null));
    };
  }
  if (choose(true, false, false, false)) {
    options.construct = (callback) => {
      say('construct');
      answer('construct', callback);
    };
  }
  const stream = new Transform(options);
  watch(say, stream, 'drain prefinish finish end error close pause resume');
  const way = choose('data', 'data', 'readable', 'nobody');
  if (way === 'data') stream.on('data', (data) => say('data', data));
  if (way === 'readable') {
    stream.on('readable', () => {
      say('readable', stream.readableLength);
      for (let data; (data = stream.read()) !== null;) say('read', data);
    });
  }
  return stream;
}

function step(say, choose, stream, number) {
  switch (choose('write', 'write', 'write', 'write', 'write', 'end', 'pause', 'resume', 'read', 'push', 'destroy')) {
    case 'write':
      say('answer', stream.write(`${number}${choose('', 'xyz')}`, called(say, `called ${number}`)));
      break;
    case 'end':
      if (number > 5) stream.end(choose('last', null));
      break;
    case 'pause':
      stream.pause();
      break;
    case 'resume':
      stream.resume();
      break;
    case 'read':
      say('read', stream.read(choose(undefined, 1, 2)));
      break;
    case 'push':
      if (number > 8) say('pushed', stream.push(choose('mine', 'mine', null)));
      break;
    case 'destroy':
      if (number > 8) stream.destroy(choose(undefined, new Error('given up')));
      break;
  }
  say(stream.writableLength, stream.readableLength, stream.writable, stream.readable, stream.destroyed);
  if (number < 14) when[choose('now', 'tick', 'turn', 'turn')](() => step(say, choose, stream, number + 1));
}

for (let number = 1; number <= 40; number++) {
  const say = lane(String(number).padStart(3, '0'));
  const choose = chooser(number * 7919);
  step(say, choose, make(say, choose), 1);
}
