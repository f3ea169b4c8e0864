// A socket that nobody reads hears no 'end' and no 'close' until resume().
// rows: S26 N11
// over: tcp unix

const { net, log, watch, called, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.resume();
  peer.end('hello', () => setImmediate(() => server.emit('sent')));
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  watch(log, client, 'end finish close');
  server.on('sent', () => {
    log('resume', client.readableEnded, client.destroyed);
    client.on('data', called(log, 'data'));
  });
});
