// What is asked for before there is an answer.
// rows: T11 T26

const { lane } = require('./prelude');
const { serveOne, connect } = require('./prelude_tls');

serveOne({}, (peer) => peer.end(), (server) => {
  const client = connect(server, {}, 'close');
  const say = lane('client');
  const tell = () => {
    say(client.getProtocol(), client.getSession() ? 'Session' : 'no session', client.alpnProtocol, client.authorized, !!client.isSessionReused());
    say(client.getPeerCertificate(), client.getPeerCertificate(true), client.getCertificate(), client.getCipher());
  };
  tell();
  client.on('connect', tell);
  client.on('secureConnect', tell);
  client.on('close', tell);
  client.resume();
});
