// allowHalfOpen on the server: it goes on writing after the client's FIN, and ends itself.
// rows: S29 S01
// over: tcp unix

const { net, lane, watch, called, gather, place, where } = require('./prelude');

const server = net.createServer({ allowHalfOpen: true }, (peer) => {
  const say = lane('server');
  watch(say, peer, 'data end finish error close');
  peer.on('end', () => {
    say('state', peer.readyState, peer.allowHalfOpen);
    setImmediate(() => {
      say('write', peer.write('still here ', called(say, 'callback')));
      peer.end('bye');
    });
  });
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  gather(lane('client'), client);
  watch(lane('client'), client, 'end finish error close');
  client.end('hi');
});
