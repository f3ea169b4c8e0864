// A server with keys of two kinds, and a client that takes RSA only.
// rows: T31

const { lane } = require('./prelude');
const { own, serve, connect } = require('./prelude_tls');

const [ec, rsa] = [own('server'), own('rsa')];
const server = serve({ key: [ec.key, rsa.key], cert: [ec.cert, rsa.cert], maxVersion: 'TLSv1.2' }, (peer) => peer.end(), () => {
  one('ECDHE-RSA-AES128-GCM-SHA256', () => one('ECDHE-ECDSA-AES128-GCM-SHA256', () => server.close()));
});

function one(ciphers, next) {
  const client = connect(server, { ciphers });
  client.on('secureConnect', () => lane('client')(client.getCipher().name, client.getPeerCertificate().subject.CN));
  client.on('close', next);
}
