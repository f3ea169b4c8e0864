// What pipeline() refuses at once, and what it takes.
// rows: N19

const { attempt, log, stream } = require('./prelude');

const sink = () => new stream.Writable({ write(chunk, encoding, callback) { callback(); } });
const source = () => new stream.Readable({ read() {} });
const ignore = () => {};

attempt(log, 'nothing', () => stream.pipeline());
attempt(log, 'a callback', () => stream.pipeline(ignore));
attempt(log, 'one stream', () => stream.pipeline(source(), ignore));
attempt(log, 'no callback', () => stream.pipeline(source(), sink()));
attempt(log, 'an empty list', () => stream.pipeline([], ignore));
attempt(log, 'a list', () => stream.pipeline([source(), sink()], ignore));
attempt(log, 'from a number', () => stream.pipeline(5, sink(), ignore));
attempt(log, 'to a number', () => stream.pipeline(source(), 5, ignore));
attempt(log, 'to null', () => stream.pipeline(source(), null, ignore));
attempt(log, 'through a Writable', () => stream.pipeline(source(), sink(), sink(), ignore));
attempt(log, 'a function that gives a number', () => stream.pipeline(() => 5, sink(), ignore));
