// A server that resets the connection when the ClientHello comes.
// rows: T05

const { net, lane, called, place } = require('./prelude');
const { connect } = require('./prelude_tls');

const server = net.createServer((peer) => {
  peer.on('data', () => peer.resetAndDestroy());
  server.close();
});
server.listen(place(), () => connect(server).write('x', called(lane('client'), 'written')));
