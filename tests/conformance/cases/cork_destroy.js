// destroy() while corked: the callbacks hear it.
// rows: N12 S18
// over: tcp unix

const { net, log, lane, watch, called, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  watch(lane('server'), peer, 'data end');
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  watch(log, client, 'finish error close');
  client.on('ready', () => {
    client.cork();
    client.write('one', called(log, 'first'));
    client.write('two', called(log, 'second'));
    client.destroy();
    client.uncork();
  });
});
