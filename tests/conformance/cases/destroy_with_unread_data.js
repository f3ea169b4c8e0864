// destroy() with data unread: only 'close', and the stream did not end.
// rows: S18 N11
// over: tcp unix

const { net, log, watch, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.on('error', () => {});
  peer.resume();
  peer.end('hello');
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  watch(log, client, 'end finish error close');
  client.on('close', () => log('ended', client.readableEnded, client.readableAborted));
  client.once('readable', () => {
    log('length', client.readableLength);
    client.destroy();
    log('read', client.read());
  });
});
