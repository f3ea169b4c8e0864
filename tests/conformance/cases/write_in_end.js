// Not half-open: what is written in the 'end' listener is still sent.
// rows: S29 S16
// over: tcp unix

const { net, lane, watch, called, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  const say = lane('server');
  watch(say, peer, 'data end finish error close');
  peer.on('end', () => {
    say('write', peer.write('last words', called(say, 'callback')));
    say('ended', peer.writableEnded);
  });
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  watch(lane('client'), client, 'data end finish error close');
  client.end('hi');
});
