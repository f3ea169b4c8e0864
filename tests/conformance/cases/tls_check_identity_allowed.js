// checkServerIdentity() that objects, where rejectUnauthorized is false.
// rows: T07 T08

const { lane } = require('./prelude');
const { serveOne, connect } = require('./prelude_tls');

serveOne({}, (peer) => peer.end(), (server) => {
  const client = connect(server, { rejectUnauthorized: false, checkServerIdentity: () => new Error('not you') });
  client.on('secureConnect', () => lane('client')(client.authorized, client.authorizationError));
});
