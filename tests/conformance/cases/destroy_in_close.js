// What may be called in 'close' and changes nothing: destroy, end, pause, resume, write.
// rows: S18 S26
// over: tcp unix

const { net, log, watch, called, place, where } = require('./prelude');

const server = net.createServer();
server.on('connection', (peer) => {
  peer.end();
  server.close();
});
server.on('listening', () => {
  const client = net.connect(where(server));
  watch(log, client, 'end finish error close');
  client.resume();
  client.on('close', () => {
    client.destroy();
    client.end();
    client.pause();
    client.resume();
    log('write', client.write('x', called(log, 'callback')));
  });
});
server.listen(place());
