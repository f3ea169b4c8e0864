// allowHalfOpen on the client: it goes on writing after the server's FIN.
// rows: S29 S03
// over: tcp unix

const { net, lane, watch, gather, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  const say = lane('server');
  gather(say, peer);
  watch(say, peer, 'end finish error close');
  peer.end('bye');
  server.close();
});
server.listen(place(), () => {
  const say = lane('client');
  const client = net.connect(where(server, { allowHalfOpen: true }));
  watch(say, client, 'data end finish error close');
  client.on('end', () => setImmediate(() => {
    say('state', client.readyState, client.allowHalfOpen);
    client.write('one ');
    client.end('two');
    say('state', client.readyState);
  }));
});
