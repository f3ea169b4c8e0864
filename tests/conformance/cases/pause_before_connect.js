// pause() before the connection holds, also against a later 'data' listener.
// rows: S19 S14
// over: tcp unix

const { net, log, watch, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.resume();
  peer.end('hello', () => setImmediate(() => server.emit('sent')));
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  log('same', client.pause() === client, client.isPaused());
  watch(log, client, 'connect ready data end close');
  server.on('sent', () => {
    log('bytes', client.isPaused());
    client.resume();
  });
});
