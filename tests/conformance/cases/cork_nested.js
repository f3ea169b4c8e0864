// Two cork() need two uncork(); one too many does no harm.
// rows: N12
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
    client.cork();
    client.write('one ', called(log, 'first'));
    client.uncork();
    log('corked', client.writableCorked, client.writableLength);
    client.write('two', called(log, 'second'));
    setImmediate(() => {
      log('corked', client.writableCorked, client.writableLength);
      client.uncork();
      client.uncork();
      log('corked', client.writableCorked, client.writableLength);
      client.end();
    });
  });
});
