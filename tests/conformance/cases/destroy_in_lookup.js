// destroy() in the 'lookup' listener: no connection is tried.
// rows: S18 S26 N08

const { net, log, watch, place, where } = require('./prelude');

const server = net.createServer();
server.on('connection', () => log('connection'));
server.on('listening', () => {
  const client = net.connect({
    port: where(server).port,
    host: 'somewhere.test',
    lookup: (host, options, callback) => process.nextTick(callback, null, '127.0.0.1', 4),
    autoSelectFamily: false,
  });
  watch(log, client, 'lookup connect error');
  client.on('lookup', () => client.destroy());
  client.on('close', (hadError) => {
    log('close', hadError);
    server.close();
  });
});
server.listen(place());
