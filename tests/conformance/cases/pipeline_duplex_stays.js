// A Duplex at the end: it is done when it has finished, and may be read further.
// rows: N19

const { log, see, stream } = require('./prelude');

const source = see('source', new stream.Readable({ read() {} }));
source.push('a');
source.push(null);
const duplex = see('duplex', new stream.Duplex({
  read() {},
  write(chunk, encoding, callback) {
    log('write', chunk);
    callback();
  },
}));
const listeners = () => ['end', 'finish', 'error', 'close'].map((name) => duplex.listenerCount(name));
log('before', listeners());
stream.pipeline(source, duplex, (error) => {
  log('callback', error, duplex.readable, duplex.destroyed, listeners());
  duplex.on('data', (data) => log('data', data));
  duplex.push('b');
  duplex.push(null);
});
log('piped', listeners().map((count) => count > 1));
