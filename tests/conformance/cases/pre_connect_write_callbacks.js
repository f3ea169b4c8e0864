// The first write before the connection hears back inside 'connect', the others after 'ready'.
// rows: S16 S14
// over: tcp unix

const { net, log, lane, watch, called, gather, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  gather(lane('server'), peer);
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  client.on('connect', () => log('connect, early listener'));
  client.write('one ', called(log, 'first'));
  client.write('two ', called(log, 'second'));
  client.write('three', called(log, 'third'));
  client.on('connect', () => log('connect, late listener'));
  client.on('ready', () => {
    log('ready');
    client.end(called(log, 'end'));
  });
  watch(log, client, 'finish end close');
});
