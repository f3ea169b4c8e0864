// The second destroy() does nothing, also with an error.
// rows: S18 N10
// over: tcp unix

const { net, log, watch, place, where } = require('./prelude');

const server = net.createServer();
server.on('connection', () => server.close());
server.on('listening', () => {
  const client = net.connect(where(server));
  watch(log, client, 'error close');
  client.on('connect', () => {
    log('same', client.destroy() === client);
    log('same', client.destroy(new Error('late')) === client);
    log('errored', client.errored);
  });
  client.on('close', () => {
    client.destroy();
    client.destroy(new Error('later'));
  });
});
server.on('connection', (peer) => peer.resume());
server.listen(place());
