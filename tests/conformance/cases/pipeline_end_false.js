// The option end: the last one stays open, also when the source fails.
// rows: N19

const { log, see, stream } = require('./prelude');
const { pipeline } = require('node:stream/promises');

const destination = see('destination', new stream.Writable({
  write(chunk, encoding, callback) {
    log('write', chunk);
    callback();
  },
}));

destination.setMaxListeners(0);

function source(...chunks) {
  const readable = see('source', new stream.Readable({ read() {} }));
  for (const chunk of chunks) readable.push(chunk);
  return readable;
}

function state(error) {
  log('callback', error, destination.writable, destination.destroyed);
}

pipeline(source('a', null), destination, { end: false }).then(() => {
  state();
  return pipeline(['b', 'c'], destination, { end: false });
}).then(() => {
  state();
  const broken = source('d');
  setImmediate(() => broken.destroy(new Error('boom')));
  return pipeline(broken, destination, { end: false });
}).catch((error) => {
  state(error);
  return pipeline(source('e', null), destination);
}).then(() => state());
