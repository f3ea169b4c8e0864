// finished() of streams that are not destroyed by themselves, or emit no 'close'.
// rows: N19

const { log, see, stream } = require('./prelude');

const ways = [['autoDestroy', 'end'], ['autoDestroy', 'error'], ['autoDestroy', 'destroy()'],
              ['emitClose', 'end'], ['emitClose', 'error'], ['emitClose', 'destroy()']];

function start() {
  const way = ways.shift();
  if (way === undefined) return;
  const [option, how] = way;
  log('--', `${option}: false`, how);
  const options = { [option]: false };
  const readable = see('readable', new stream.Readable({ ...options, read() {} }));
  const writable = see('writable', new stream.Writable({
    ...options,
    write(chunk, encoding, callback) {
      callback(how === 'error' ? new Error('boom') : null);
    },
  }));
  stream.finished(readable, (error) => log('read', error));
  stream.finished(writable, (error) => log('written', error));
  if (how === 'end') {
    readable.push(null);
    readable.resume();
    writable.end('x');
  } else if (how === 'error') {
    readable.on('readable', () => readable.read());
    readable.push('x');
    readable.push(null);
    readable.push('x');
    writable.write('x');
  } else {
    readable.destroy();
    writable.destroy();
  }
  setTimeout(() => {
    stream.finished(readable, (error) => log('read later', error));
    stream.finished(writable, (error) => log('written later', error));
    setTimeout(start, 5);
  }, 5);
}

start();
