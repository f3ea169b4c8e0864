// resume() without a 'data' listener reads and forgets; 'end' comes.
// rows: S26 S19
// over: tcp unix

const { net, log, watch, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.end(Buffer.alloc(100000));
  peer.resume();
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  watch(log, client, 'end finish close');
  log('same', client.resume() === client, client.readableFlowing);
  client.on('end', () => log('read', client.bytesRead, client.readableLength));
});
