// Names of addContext() that differ in their case.
// rows: T13

const { lane } = require('./prelude');
const { serve, connect, own } = require('./prelude_tls');

const server = serve({}, (peer, say) => {
  say('servername', peer.servername);
  peer.end();
}, () => one(['a.wild.example', 'A.Wild.EXAMPLE', 'OTHER.example', 'more.example']));
server.addContext('*.Wild.example', own('elsewhere'));
server.addContext('Other.Example', own('alone'));

function one([servername, ...more]) {
  if (!servername) return server.close();
  const client = connect(server, { servername, rejectUnauthorized: false }, 'close');
  client.on('secureConnect', () => lane('client')(client.getPeerCertificate().subject.CN));
  client.on('close', () => one(more));
  client.resume();
}
