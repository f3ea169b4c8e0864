// A certificate for other names: rejected or not, and where rejectUnauthorized is false.
// rows: T06 T07

const { lane } = require('./prelude');
const { own, serve, connect } = require('./prelude_tls');

const server = serve(own('elsewhere'), (peer) => peer.end(), () => {
  one({}, () => one({ rejectUnauthorized: false }, () => server.close()));
});
server.on('tlsClientError', (error, peer) => peer.destroy());

function one(options, next) {
  const client = connect(server, { servername: 'localhost', ...options });
  client.on('secureConnect', () => lane('client')(client.authorized, client.authorizationError));
  client.on('close', next);
}
