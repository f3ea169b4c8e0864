// A listener of 'secureConnection' throws.
// rows: T33

const { serveOne, connect } = require('./prelude_tls');

serveOne({}, () => { throw new Error('oops'); }, (server) => connect(server, {}, 'connect'));
