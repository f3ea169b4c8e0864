// A lookup function of one's own: what it is asked, and what 'lookup' tells.
// rows: S26 N08

const { net, log, watch, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.end();
  peer.resume();
  server.close();
});
server.listen(place(), () => {
  const client = net.connect({
    port: where(server).port,
    host: 'somewhere.test',
    autoSelectFamily: false,
    lookup(host, options, callback) {
      log('lookup asked', host, options.family ?? 0, options.hints, options.all);
      setImmediate(callback, null, '127.0.0.1', 4);
    },
  });
  watch(log, client, 'lookup connectionAttempt connect ready end close');
  client.resume();
});
