// Nobody listens.
// rows: T33 T01

const { lane, describe, watch, called, where } = require('./prelude');
const { tls, serve } = require('./prelude_tls');

serve({}, null, (server) => {
  const options = where(server);
  server.close(() => {
    const client = tls.connect(options);
    watch(lane('client'), client, 'connect secureConnect end finish close');
    client.on('error', (error) => lane('client')(describe(error)));
    client.write('x', called(lane('client'), 'written'));
  });
});
