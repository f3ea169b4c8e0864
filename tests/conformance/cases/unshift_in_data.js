// unshift() in 'data' of a paused socket: the bytes come again, first.
// rows: N11
// over: tcp unix

const { net, log, watch, gather, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.resume();
  peer.end('header body');
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  client.once('data', (data) => {
    log('first', data);
    client.pause();
    client.unshift(data.subarray(7));
    log('length', client.readableLength);
    process.nextTick(() => {
      gather(log, client);
      client.resume();
    });
  });
  watch(log, client, 'end close');
});
