// A listener of 'secureConnect' throws.
// rows: T33

const { serveOne, connect } = require('./prelude_tls');

serveOne({}, null, (server) => connect(server, {}, 'connect').on('secureConnect', () => { throw new Error('oops'); }));
