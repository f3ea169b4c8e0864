// One Socket as source and destination: an echo server of one line; and what comes back.
// rows: N19
// over: tcp unix

const { gather, lane, net, place, stream, where } = require('./prelude');

const server = net.createServer({ allowHalfOpen: true }, (peer) => {
  const say = lane('server');
  peer.on('close', (hadError) => say('close', hadError));
  stream.pipeline(peer, peer, (error) => say('callback', error, peer.readableEnded, peer.writableFinished));
  server.close();
});
server.listen(place(), () => {
  const say = lane('client');
  const client = net.connect(where(server));
  gather(say, client);
  client.on('close', (hadError) => say('close', hadError));
  client.end('hello');
});
