// What connect() refuses at once.
// rows: S03 N08 N14

const { net, log, attempt } = require('./prelude');

attempt(log, 'nothing', () => net.connect());
attempt(log, 'empty options', () => net.connect({}));
attempt(log, 'port 65536', () => net.connect(65536, '127.0.0.1'));
attempt(log, 'port -1', () => net.connect({ port: -1 }));
attempt(log, 'port 1.5', () => net.connect({ port: 1.5 }));
attempt(log, 'port text', () => net.connect({ port: 'abc' }));
attempt(log, 'port boolean', () => net.connect({ port: true }));
attempt(log, 'port list', () => net.connect({ port: [1] }));
attempt(log, 'path', () => net.connect({ path: 5 }));
attempt(log, 'host', () => net.connect({ port: 1, host: 5 }));
attempt(log, 'local address', () => net.connect({ port: 1, host: '127.0.0.1', localAddress: 'x' }));
attempt(log, 'local port', () => net.connect({ port: 1, host: '127.0.0.1', localPort: 'x' }));
attempt(log, 'lookup', () => net.connect({ port: 1, host: 'x.test', lookup: 'x' }));
attempt(log, 'family select', () => net.connect({ port: 1, host: 'x.test', autoSelectFamily: 'x' }));
attempt(log, 'attempt timeout', () => net.connect({ port: 1, host: 'x.test', autoSelectFamilyAttemptTimeout: 0 }));
