// listen(port, host) is deferred even for an IP address.
// rows: S07 S10 N03
// over: tcp tcp6

const { net, log, watch, called, place, where } = require('./prelude');

const server = net.createServer();
watch(log, server, 'listening error close');
log('before', server.listening, server.address());
log('same', server.listen(place(), called(log, 'callback')) === server);
log('after', server.listening, server.address());
process.nextTick(() => process.nextTick(() => log('two ticks')));
server.on('listening', () => {
  const { address, family, port } = server.address();
  where(server);
  log('address', address, family, port, server.listening);
  server.close();
  log('closed', server.listening, server.address());
});
