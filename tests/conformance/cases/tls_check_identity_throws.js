// checkServerIdentity() throws.
// rows: T08 T33

const { serveOne, connect } = require('./prelude_tls');

serveOne({}, null, (server) => connect(server, { checkServerIdentity: () => { throw new Error('oops'); } }));
