// Addresses of both families: the attempts alternate, repeats are skipped.
// rows: N07 S26

const { net, log, watch, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.end();
  peer.resume();
  server.close();
});
server.listen(place(), () => {
  const { port } = where(server);
  const client = net.connect({
    port,
    host: 'somewhere.test',
    lookup: (host, options, callback) => setImmediate(callback, null, [
      { address: '::1', family: 6 },
      { address: '::1', family: 6 },
      { address: '127.0.0.3', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ]),
  });
  watch(log, client, 'lookup connectionAttempt connectionAttemptFailed connect error close');
  client.on('connect', () => log('tried', client.autoSelectFamilyAttemptedAddresses));
  client.resume();
});
