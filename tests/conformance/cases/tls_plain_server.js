// A server that speaks in the clear.
// rows: T05

const { net, lane, watch, place } = require('./prelude');
const { connect } = require('./prelude_tls');

const server = net.createServer((peer) => {
  watch(lane('server'), peer, 'end close').resume();
  peer.write('220 hello\r\n');
  server.close();
});
server.listen(place(), () => {
  const client = connect(server);
  client.on('error', (error) => lane('client')(error.library, error.reason));
});
