// A server that ends at once.
// rows: T05

const { net, lane, called, place } = require('./prelude');
const { connect } = require('./prelude_tls');

const server = net.createServer((peer) => {
  peer.resume();
  peer.end();
  server.close();
});
server.listen(place(), () => {
  const say = lane('client');
  const client = connect(server);
  client.write('x', called(say, 'written'));
  client.on('error', (error) => say(error.message, error.port));
});
