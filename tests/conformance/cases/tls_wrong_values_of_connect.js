// Options of connect() of a wrong type or value.
// rows: T31

const { log, attempt } = require('./prelude');
const { tls, own } = require('./prelude_tls');

const say = (name, options) => attempt(log, name, () => tls.connect({ port: 1, ...options }).on('error', () => {}).destroy());
say('key', { key: 1 });
say('cert', { cert: true });
say('ca', { ca: 5 });
say('passphrase', { ...own('server'), passphrase: 1 });
say('ciphers', { ciphers: 1 });
say('ciphers', { ciphers: 'NOSUCH' });
say('minVersion', { minVersion: 'TLSv9' });
say('maxVersion', { maxVersion: 1 });
say('secureProtocol', { secureProtocol: 'nosuch' });
say('secureProtocol', { secureProtocol: 'SSLv3_method' });
say('both', { secureProtocol: 'TLSv1_2_method', minVersion: 'TLSv1.2' });
say('ecdhCurve', { ecdhCurve: 1 });
say('ecdhCurve', { ecdhCurve: 'nosuch' });
say('secureContext', { secureContext: {} });
say('ALPNProtocols', { ALPNProtocols: ['a'.repeat(256)] });
say('checkServerIdentity', { checkServerIdentity: 1 });
say('pskCallback', { crl: 1 });
attempt(log, 'nothing', () => tls.connect({}));
