// destroySoon() sends what is queued, then closes without waiting for the peer's FIN.
// rows: N10
// over: tcp unix

const { net, lane, watch, gather, place, where } = require('./prelude');

const server = net.createServer({ allowHalfOpen: true });
server.on('connection', (peer) => {
  gather(lane('server'), peer);
  peer.on('end', () => peer.end());
  server.close();
});
server.on('listening', () => {
  const client = net.connect(where(server));
  watch(lane('client'), client, 'connect finish end error close');
  client.write('one ');
  client.write('two');
  client.destroySoon();
  lane('client')('destroyed', client.destroyed, 'writable', client.writable);
});
server.listen(place());
