// Not half-open: a write two ticks after 'end' comes after the automatic end().
// rows: S29 N10
// over: tcp unix

const { net, log, describe, watch, called, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.end('bye');
  peer.resume();
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  watch(log, client, 'data end finish close');
  client.on('error', (error) => log('error', describe(error)));
  client.on('end', () => process.nextTick(() => process.nextTick(() => {
    log('ended', client.writableEnded);
    log('write', client.write('late', called(log, 'callback')));
  })));
});
