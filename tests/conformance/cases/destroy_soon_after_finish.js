// destroySoon() once everything is sent destroys at once.
// rows: N10
// over: tcp unix

const { net, log, watch, place, where } = require('./prelude');

const server = net.createServer({ allowHalfOpen: true });
server.on('connection', (peer) => {
  peer.resume();
  peer.on('end', () => peer.end());
  server.close();
});
server.on('listening', () => {
  const client = net.connect(where(server));
  watch(log, client, 'finish error close');
  client.end('x');
  client.on('finish', () => {
    client.destroySoon();
    log('destroyed', client.destroyed);
  });
});
server.listen(place());
