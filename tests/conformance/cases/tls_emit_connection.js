// A net.Server hands its connections to a tls.Server that does not listen.
// rows: T25

const { net, lane, watch, place } = require('./prelude');
const { tls, own, connect } = require('./prelude_tls');

const secure = tls.createServer(own('server'), (peer) => {
  watch(lane('peer'), peer, 'data end finish error close');
  peer.end('hi');
});
const server = net.createServer((raw) => {
  secure.emit('connection', raw);
  server.close();
});
server.listen(place(), () => connect(server, { servername: 'localhost' }));
