// isReadable(), isWritable(), isErrored(), isDisturbed() and isDestroyed() through the lives of streams.
// rows: N19

const { log, stream } = require('./prelude');

function say(when, value) {
  log(when, stream.isReadable(value), stream.isWritable(value), stream.isErrored(value),
      stream.isDisturbed(value), stream.isDestroyed(value));
}

say('null', null);
say('a number', 5);
say('an object', {});

const readable = new stream.Readable({ read() {} });
say('new Readable', readable);
readable.push('x');
readable.push(null);
say('pushed the end', readable);
readable.on('data', () => say('data', readable));
readable.on('end', () => say('end', readable));
readable.on('close', () => say('close', readable));

const writable = new stream.Writable({ write(chunk, encoding, callback) { setImmediate(callback); } });
say('new Writable', writable);
writable.write('x');
say('writing', writable);
writable.end();
say('ended', writable);
writable.on('finish', () => say('finish', writable));
writable.on('close', () => {
  say('close', writable);
  const broken = new stream.Duplex({ read() {}, write() {} });
  say('new Duplex', broken);
  broken.on('error', () => say('error', broken));
  broken.on('close', () => {
    say('close', broken);
    halves();
  });
  broken.destroy(new Error('boom'));
  say('destroyed', broken);
});

function halves() {
  say('only readable', new stream.Duplex({ read() {}, write() {}, writable: false }));
  say('only writable', new stream.Duplex({ read() {}, write() {}, readable: false }));
}
