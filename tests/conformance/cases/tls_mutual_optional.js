// A client without a certificate, and a server that goes on.
// rows: T10

const { ca, serveOne, connect } = require('./prelude_tls');

serveOne({ ca, requestCert: true, rejectUnauthorized: false }, (peer, say) => {
  say(peer.authorized, peer.authorizationError);
  peer.end('hi');
}, (server) => connect(server));
