// The server's end times out, and ends the connection.
// rows: S20
// over: tcp unix

const { net, lane, watch, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.setTimeout(20, () => {
    lane('server')('timeout');
    peer.end('too slow');
  });
  peer.resume();
  watch(lane('server'), peer, 'end close');
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  watch(lane('client'), client, 'data end close');
});
