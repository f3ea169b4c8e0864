// A key under a passphrase: the right one, a wrong one, none.
// rows: T31 T32

const { log, attempt } = require('./prelude');
const { tls, read, own, serveOne, connect } = require('./prelude_tls');

const key = read('encrypted.key');
const { cert } = own('server');
attempt(log, 'wrong', () => tls.createSecureContext({ key, cert, passphrase: 'wrong' }));
attempt(log, 'none', () => tls.createSecureContext({ key, cert }));
attempt(log, 'in a list', () => tls.createSecureContext({ key: [{ pem: key }], cert, passphrase: 'secret' }));
serveOne({ key, cert, passphrase: 'secret' }, (peer) => peer.end('hi'), (server) => connect(server));
