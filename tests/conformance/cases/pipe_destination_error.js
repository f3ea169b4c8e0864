// The destination fails: its 'error' is heard, and it is unpiped.
// rows: S28 N13
// over: tcp unix

const { net, log, watch, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.on('error', () => {});
  peer.resume();
  server.close();
});
server.listen(place(), () => {
  const source = net.connect(where(server));
  const destination = new net.Socket();
  watch(log, destination, 'error');
  destination.on('unpipe', () => log('unpipe'));
  destination.on('close', () => {
    log('close', source.readableFlowing, source.destroyed);
    source.destroy();
  });
  source.pipe(destination);
  destination.destroy(new Error('boom'));
});
