// A session is taken up anew, TLS 1.3.
// rows: T26

const { lane } = require('./prelude');
const { serve, connect } = require('./prelude_tls');

const say = lane('client');
const server = serve({ maxVersion: 'TLSv1.3' }, (peer) => peer.end('x'), () => {
  let session = null;
  const first = connect(server);
  first.on('session', (given) => {
    say('session');
    session = given;
  });
  first.on('secureConnect', () => say('reused', first.isSessionReused()));
  first.on('close', () => {
    const second = connect(server, { session });
    second.on('session', () => say('session'));
    second.on('secureConnect', () => say('reused', second.isSessionReused(), second.authorized));
    second.on('close', () => server.close());
  });
});
