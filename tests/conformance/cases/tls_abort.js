// A signal that is aborted during the handshake.
// rows: T21

const { net, lane, watch, called, place } = require('./prelude');
const { connect } = require('./prelude_tls');

const server = net.createServer((raw) => {
  watch(lane('server'), raw, 'end close').resume();
  server.close();
});
server.listen(place(), () => {
  const controller = new AbortController();
  const client = connect(server, { signal: controller.signal });
  client.on('connect', () => setImmediate(() => controller.abort()));
  client.write('x', called(lane('client'), 'written'));
});
