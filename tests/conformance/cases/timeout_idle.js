// An idle socket: 'timeout' comes, and the socket stays open and works.
// rows: S20
// over: tcp unix

const { net, log, watch, called, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.pipe(peer);
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  watch(log, client, 'connect end close');
  client.on('ready', () => {
    log('same', client.setTimeout(30, called(log, 'callback')) === client, client.timeout);
  });
  client.once('timeout', () => {
    log('timeout', client.destroyed, client.timeout);
    client.write('still works');
  });
  client.once('data', (data) => {
    log('data', data);
    client.setTimeout(0);
    log('timeout', client.timeout);
    client.end();
  });
});
