// Two addresses, the first refuses: the second is connected.
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
    autoSelectFamily: true,
    lookup(host, options, callback) {
      log('lookup asked', host, options.family ?? 0, options.all);
      setImmediate(callback, null, [
        { address: '127.0.0.2', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ]);
    },
  });
  watch(log, client, 'lookup connectionAttempt connectionAttemptFailed connectionAttemptTimeout');
  watch(log, client, 'connect ready error end close');
  client.on('connect', () => log('tried', client.autoSelectFamilyAttemptedAddresses));
  client.resume();
});
