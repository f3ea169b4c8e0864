// An end that came while nobody listened is told to a 'readable' listener that comes later.
// rows: N18

const { lane, watch } = require('./prelude');
const { Readable } = require('node:stream');

function make(name, then) {
  const say = lane(name);
  const source = new Readable({ read() {} });
  watch(say, source, 'end close');
  source.push(null);
  setImmediate(() => {
    say('later', source.readableFlowing, source.readableEnded);
    then(source, say);
  });
}

make('readable', (source, say) => source.on('readable', () => say('readable', source.read())));
make('data', (source, say) => source.on('data', () => say('never')));
make('read', (source, say) => say('read', source.read()));
make('nobody', () => {});
