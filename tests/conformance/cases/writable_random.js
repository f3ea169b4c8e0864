// Writables of every kind, used at random: the same numbers choose the same steps in both languages.
// rows: N18 N12

const { lane, watch, called } = require('./prelude');
const { Writable } = require('node:stream');

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
  const answer = (what, callback) => {
    const error = choose(false, false, false, false, false, false, false, true);
    const time = choose('now', 'now', 'tick', 'turn');
    when[time](() => {
      say(what, 'done', error);
      callback(error ? new Error(`no ${what}`) : null);
    });
  };
  const options = {
    highWaterMark: choose(0, 1, 2, 5),
    autoDestroy: choose(true, true, true, false),
    emitClose: choose(true, true, true, false),
    write(chunk, encoding, callback) {
      say('write', chunk);
      answer('write', callback);
    },
    destroy(error, callback) {
      say('destroy', error);
      callback(error);
    },
  };
  if (choose(true, false)) {
    options.writev = (chunks, callback) => {
      say('writev', ...chunks.map((each) => each.chunk));
      answer('writev', callback);
    };
  }
  if (choose(true, false)) {
    options.final = (callback) => {
      say('final');
      answer('final', callback);
    };
  }
  if (choose(true, false, false)) {
    options.construct = (callback) => {
      say('construct');
      answer('construct', callback);
    };
  }
  const stream = new Writable(options);
  return watch(say, stream, 'drain prefinish finish error close');
}

function step(say, choose, stream, number) {
  switch (choose('write', 'write', 'write', 'write', 'empty', 'end', 'cork', 'uncork', 'destroy', 'fail')) {
    case 'write':
      say('answer', stream.write(`${number}${choose('', 'x')}`, called(say, `called ${number}`)));
      break;
    case 'empty':
      say('answer', stream.write(''));
      break;
    case 'end':
      if (number > 5) stream.end(choose('last', null));
      break;
    case 'cork':
      stream.cork();
      break;
    case 'uncork':
      stream.uncork();
      break;
    case 'destroy':
      if (number > 8) stream.destroy();
      break;
    case 'fail':
      if (number > 8) stream.destroy(new Error('given up'));
      break;
  }
  say(stream.writableLength, stream.writableNeedDrain, stream.writable, stream.destroyed, stream.errored);
  if (number < 14) when[choose('now', 'now', 'tick', 'turn')](() => step(say, choose, stream, number + 1));
}

for (let number = 1; number <= 40; number++) {
  const say = lane(String(number).padStart(3, '0'));
  const choose = chooser(number * 7919);
  step(say, choose, make(say, choose), 1);
}
