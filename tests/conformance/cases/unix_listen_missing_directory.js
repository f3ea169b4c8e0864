// Listening on a path in a directory that does not exist.
// rows: S07 S12
// over: unix

const { net, log, watch, tempPath } = require('./prelude');

const server = net.createServer();
watch(log, server, 'listening');
server.on('error', (error) => {
  log('error', error, error.syscall, error.address, error.port);
  log('message', error.message);
});
server.listen(tempPath() + '/no/such');
