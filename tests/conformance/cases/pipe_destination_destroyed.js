// The destination is destroyed: it is unpiped and the source stops flowing.
// rows: S28 N11
// over: tcp unix

const { net, log, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.on('error', () => {});
  peer.resume();
  if (server.listenerCount('both') === 0) server.on('both', () => peer.destroy());
  else server.close();
});
server.listen(place(), () => {
  const source = net.connect(where(server), () => {
    const destination = net.connect(where(server), () => {
      source.pipe(destination);
      log('flowing', source.readableFlowing);
      destination.destroy();
    });
    destination.on('unpipe', () => log('unpipe'));
    destination.on('close', () => {
      log('close', source.readableFlowing, source.destroyed);
      source.destroy();
    });
  });
  source.on('close', (hadError) => {
    log('source close', hadError);
    server.emit('both');
  });
});
