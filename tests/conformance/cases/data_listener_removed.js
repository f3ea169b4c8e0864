// Removing the last 'data' listener keeps the stream flowing: what comes then is lost.
// rows: N11 S26
// over: tcp unix

const { net, log, watch, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.write('one');
  peer.once('data', () => peer.end('two'));
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  const first = (data) => {
    log('data', data);
    client.off('data', first);
    log('flowing', client.readableFlowing);
    client.write('go on');
  };
  client.on('data', first);
  watch(log, client, 'end close');
  client.on('end', () => log('read', client.bytesRead));
});
