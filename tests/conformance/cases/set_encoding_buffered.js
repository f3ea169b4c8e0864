// setEncoding() after data was read ahead: what is buffered becomes text.
// rows: S27 N11
// over: tcp unix

const { net, log, watch, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.resume();
  peer.end('é');
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  client.once('readable', () => {
    log('length', client.readableLength);
    client.setEncoding('utf8');
    log('length', client.readableLength);
    log('read', client.read());
    client.resume();
  });
  watch(log, client, 'end');
});
