// The option timeout, and a server that says nothing.
// rows: T29

const { net, lane, watch, place } = require('./prelude');
const { connect } = require('./prelude_tls');

const server = net.createServer((peer) => {
  peer.resume();
  watch(lane('server'), peer, 'end close');
  server.close();
});
server.listen(place(), () => {
  const client = connect(server, { timeout: 30 }, 'connect timeout end error close');
  client.on('timeout', () => client.destroy());
});
