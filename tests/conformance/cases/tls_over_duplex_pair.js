// Both ends over a pair of Duplexes in memory, the server's by 'connection'.
// rows: T24 T25

const { stream, lane, watch } = require('./prelude');
const { tls, own, ca } = require('./prelude_tls');

const [near, far] = stream.duplexPair();
const server = tls.createServer(own('server'), (peer) => {
  watch(lane('peer'), peer, 'data end finish error close');
  peer.on('data', () => peer.end('answer'));
});
server.emit('connection', far);
const client = tls.connect({ socket: near, ca, servername: 'localhost' });
watch(lane('client'), client, 'connect secureConnect data end finish error close');
client.write('question');
