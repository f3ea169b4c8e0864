// Which of two errors the callback hears; one that comes late is no unhandled one.
// rows: N19

const { log, stream } = require('./prelude');

function pair(destroy) {
  const source = new stream.Readable({ read() {} });
  const destination = new stream.Writable({ write(chunk, encoding, callback) { callback(); }, destroy });
  return [source, destination];
}

const [a, b] = pair((error, callback) => callback(new Error('of destroy')));
stream.pipeline(a, b, (error) => log('first', error, error.message));
a.destroy(new Error('of the source'));

const [c, d] = pair((error, callback) => callback(new Error('of destroy')));
stream.pipeline(c, d, (error) => log('second', error, error.message));
c.destroy();

const [e, f] = pair((error, callback) => callback(error));
stream.pipeline(e, f, (error) => {
  log('third', error, error.message);
  f.emit('error', new Error('late'));
  log('no throw');
});
f.destroy(new Error('of the destination'));
e.destroy(new Error('of the source'));

const [g, h] = pair((error, callback) => callback(error));
stream.pipeline(g, h, (error) => {
  log('fourth', error);
  h.emit('error', new Error('late'));
  g.emit('error', new Error('late'));
  log('no throw');
});
g.push(null);
