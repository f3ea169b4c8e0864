// A client that resets the connection.
// rows: T04

const { net, lane, watch, where } = require('./prelude');
const { serveOne } = require('./prelude_tls');

serveOne({}, null, (server) => {
  const client = net.connect(where(server));
  watch(lane('client'), client, 'connect data end error close');
  client.on('connect', () => client.write('\x16\x03\x01', () => client.resetAndDestroy()));
});
