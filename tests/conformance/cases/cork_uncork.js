// Corked writes leave together at uncork(), and their callbacks come in order.
// rows: N12 S16
// over: tcp unix

const { net, log, lane, watch, called, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  watch(lane('server'), peer, 'data end');
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  client.on('ready', () => {
    client.cork();
    log('corked', client.writableCorked);
    client.write('one ', called(log, 'first'));
    client.write('two ', called(log, 'second'));
    client.write('three', called(log, 'third'));
    log('length', client.writableLength, client.bytesWritten);
    setImmediate(() => {
      log('immediate');
      client.uncork();
      log('corked', client.writableCorked);
      client.end(called(log, 'end'));
    });
  });
});
