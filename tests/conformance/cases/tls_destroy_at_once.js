// destroy() right after connect().
// rows: T21

const { lane, called } = require('./prelude');
const { serve, connect } = require('./prelude_tls');

serve({}, null, (server) => {
  const say = lane('client');
  const client = connect(server);
  client.write('x', called(say, 'written'));
  say('destroyed', client.destroy().destroyed, client.secureConnecting);
  client.on('close', () => server.close());
});
