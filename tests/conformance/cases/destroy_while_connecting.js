// destroy() in the same breath as connect().
// rows: S18 S14 N09
// over: tcp unix

const { net, log, watch, place, where } = require('./prelude');

const server = net.createServer();
server.on('listening', () => {
  const client = net.connect(where(server));
  watch(log, client, 'connect ready end finish error');
  client.on('close', (hadError) => {
    log('close', hadError, client.connecting, client.destroyed);
    server.close();
  });
  client.destroy();
  log('after', client.connecting, client.destroyed);
});
server.listen(place());
