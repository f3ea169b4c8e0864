// connect() on a socket that is connected.
// rows: S14 N10
// over: unix

const { net, log, describe, watch, attempt, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.resume();
  peer.on('error', () => {});
  server.once('done', () => server.close());
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  watch(log, client, 'connect ready close');
  client.on('error', (error) => log('error', describe(error)));
  client.once('ready', () => {
    attempt(log, 'again', () => client.connect(where(server)));
  });
  client.on('close', () => server.emit('done'));
});
