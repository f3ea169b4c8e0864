// A client that has a certificate and is not asked for it.
// rows: T10 T11

const { own, ca, serveOne, connect } = require('./prelude_tls');

serveOne({ ca }, (peer, say) => {
  say(peer.authorized, peer.authorizationError, Object.keys(peer.getPeerCertificate()).length);
  peer.end();
}, (server) => connect(server, own('client')));
