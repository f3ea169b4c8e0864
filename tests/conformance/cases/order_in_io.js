// From an I/O callback: tick, immediate, timer; in the next I/O callback the same again.
// rows: N15 S26
// over: tcp unix

const { net, log, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.pipe(peer);
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  client.write('a');
  client.on('data', (data) => {
    log('data', data);
    setTimeout(() => {
      log('timer');
      if (client.bytesRead < 3) client.write('b');
      else client.end();
    }, 0);
    setImmediate(() => log('immediate'));
    process.nextTick(() => log('tick'));
    log('data done');
  });
});
