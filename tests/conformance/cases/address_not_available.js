// Listening on an address that is not ours.
// rows: S07 S12

const { net, log, describe, watch } = require('./prelude');

const server = net.createServer();
watch(log, server, 'listening close');
server.on('error', (error) => {
  log('error', describe(error));
  log('listening', server.listening);
});
server.listen(0, '192.0.2.1');
