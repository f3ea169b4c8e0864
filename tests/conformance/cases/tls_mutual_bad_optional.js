// A server that goes on without a good certificate, and a client that shows a bad one.
// rows: T10

const { own, ca, serveOne, connect } = require('./prelude_tls');

serveOne({ ca, requestCert: true, rejectUnauthorized: false }, (peer, say) => {
  say(peer.authorized, peer.authorizationError);
  peer.end();
}, (server) => connect(server, own('stranger')).resume());
