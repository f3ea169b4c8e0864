// pause() in 'data': nothing more until resume().
// rows: S19
// over: tcp unix

const { net, log, watch, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.write('one');
  peer.once('data', () => peer.end('two', () => setImmediate(() => server.emit('sent'))));
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  watch(log, client, 'data end close');
  client.once('data', () => {
    client.pause();
    log('paused', client.isPaused(), client.readableFlowing);
    client.write('go on');
  });
  server.on('sent', () => {
    log('resume');
    client.resume();
    log('paused', client.isPaused(), client.readableFlowing);
  });
});
