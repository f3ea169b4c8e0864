// connect() on a socket that is connecting.
// rows: S14 N10

const { net, log, describe, watch, attempt, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.resume();
  peer.on('error', () => {});
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  watch(log, client, 'connect ready close');
  client.on('error', (error) => log('error', describe(error).replace(/:\d+\)/, ':CLIENT)')));
  attempt(log, 'again', () => client.connect(where(server)));
  client.on('close', () => server.close());
});
