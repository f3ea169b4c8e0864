// A client with a good certificate.
// rows: T10

const { own, ca, serveOne, connect } = require('./prelude_tls');

serveOne({ ca, requestCert: true }, (peer, say) => {
  say(peer.authorized, peer.authorizationError, peer.getPeerCertificate().subject.CN);
  peer.end('hi');
}, (server) => connect(server, own('client')));
