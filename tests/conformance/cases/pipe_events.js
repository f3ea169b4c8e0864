// pipe() answers its destination; 'pipe' and 'unpipe' say who.
// rows: S28 N11
// over: tcp unix

const { net, log, place, where } = require('./prelude');

const server = net.createServer((peer) => peer.resume());
server.listen(place(), () => {
  const source = net.connect(where(server));
  source.on('close', () => server.close());
  const destination = new net.Socket();
  destination.on('pipe', (from) => log('pipe', from === source, source.readableFlowing));
  destination.on('unpipe', (from) => log('unpipe', from === source, source.readableFlowing));
  log('same', source.pipe(destination) === destination, source.readableFlowing);
  log('same', source.unpipe(destination) === source, source.readableFlowing);
  source.pipe(destination);
  source.unpipe();
  source.unpipe(destination);
  log('paused', source.isPaused());
  source.destroy();
});
