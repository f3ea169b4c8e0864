// Options of createServer() of a wrong type or value.
// rows: T31

const { log, attempt } = require('./prelude');
const { tls, own } = require('./prelude_tls');

const say = (name, options) => attempt(log, name, () => tls.createServer(options));
say('nothing', {});
say('options', 5);
say('handshakeTimeout', { handshakeTimeout: 'x' });
say('SNICallback', { SNICallback: 1 });
say('ALPNCallback', { ALPNCallback: 1 });
say('both', { ALPNCallback: () => {}, ALPNProtocols: ['a'] });
say('nonsense', { key: 'nonsense', cert: 'nonsense' });
say('key', { key: 'nonsense', cert: own('server').cert });
say('mismatch', { key: own('server').key, cert: own('client').cert });
say('minVersion', { minVersion: 'x' });
const server = tls.createServer();
attempt(log, 'addContext', () => server.addContext('', {}));
attempt(log, 'setSecureContext', () => server.setSecureContext());
