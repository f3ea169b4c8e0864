// A server that is to use a cipher of RSA, and has a key of another kind.
// rows: T04

const { lane } = require('./prelude');
const { serveOne, connect } = require('./prelude_tls');

const options = { ciphers: 'ECDHE-RSA-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' };
serveOne(options, null, (server) => connect(server)).on('tlsClientError', (error) => {
  lane('server')(error.library, error.reason);
});
