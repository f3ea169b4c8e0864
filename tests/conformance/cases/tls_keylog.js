// 'keylog' at both ends: which secrets there are.
// rows: T27

const { lane } = require('./prelude');
const { serveOne, connect } = require('./prelude_tls');

serveOne({}, (peer) => peer.end(), (server) => {
  const client = connect(server);
  client.on('keylog', (line) => lane('keys of client')(line.toString().split(' ')[0], line.at(-1)));
}).on('keylog', (line, peer) => lane('keys of server')(line.toString().split(' ')[0], line.at(-1), peer));
