// end() uncorks whatever the depth.
// rows: N12 S17
// over: tcp unix

const { net, log, lane, watch, called, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  watch(lane('server'), peer, 'data end');
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  watch(log, client, 'finish');
  client.on('ready', () => {
    client.cork();
    client.cork();
    client.write('one ', called(log, 'first'));
    client.end('two', called(log, 'end'));
    log('corked', client.writableCorked);
  });
});
