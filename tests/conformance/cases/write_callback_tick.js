// A write that succeeds at once still calls back later: between which ticks?
// rows: S16 N15
// over: tcp unix

const { net, log, called, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.resume();
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  client.on('ready', () => {
    process.nextTick(() => log('tick before'));
    log('write', client.write('x', called(log, 'callback')));
    process.nextTick(() => log('tick after'));
    setImmediate(() => {
      log('immediate');
      client.end();
    });
    log('written', client.bytesWritten);
  });
});
