// stream.destroy(): an AbortError where nothing else is said and something was still to come.
// rows: N19

const { log, see, stream } = require('./prelude');

stream.destroy(null);
const readable = see('readable', new stream.Readable({ read() {} }));
stream.destroy(readable);
stream.destroy(readable, new Error('too late'));
log('destroyed', readable.destroyed);

const writable = see('writable', new stream.Writable({ write() {} }));
stream.destroy(writable, new Error('boom'));

const ended = see('ended', new stream.Writable({ write() {} }));
ended.write('x');
ended.end();
stream.destroy(ended);
