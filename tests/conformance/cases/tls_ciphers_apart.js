// No cipher in common.
// rows: T04 T31

const { serveOne, connect } = require('./prelude_tls');

const options = { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' };
serveOne(options, null, (server) => {
  connect(server, { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384' });
}).on('tlsClientError', (error, peer) => peer.destroy());
