// A server whose certificate has been revoked, to clients that have the list, that have not, and that go on.
// rows: T06 T07

const { lane } = require('./prelude');
const { serve, connect, own, read } = require('./prelude_tls');

const crl = read('revoked.pem');
const server = serve(own('revoked'), (peer) => peer.end(), () => {
  one([{ crl }, {}, { crl, rejectUnauthorized: false }]);
});
server.removeAllListeners('tlsClientError');

function one([options, ...more]) {
  if (!options) return server.close();
  const client = connect(server, options, 'secureConnect error close');
  client.on('secureConnect', () => lane('client')(client.authorized, client.authorizationError));
  client.on('close', () => one(more));
  client.resume();
}
