// A server that speaks in the clear, while a write waits for the handshake.
// rows: T05

const { net, lane, watch, called, place } = require('./prelude');
const { connect } = require('./prelude_tls');

const server = net.createServer((peer) => {
  watch(lane('server'), peer, 'end close').resume();
  peer.write('220 hello\r\n');
  server.close();
});
server.listen(place(), () => {
  const client = connect(server);
  client.write('x', called(lane('client'), 'written'));
  client.on('error', (error) => lane('client')(error.library, error.reason));
});
