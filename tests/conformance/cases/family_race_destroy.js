// destroy() when the first of two attempts has failed: the second is not tried.
// rows: N07 S18

const { net, log, watch } = require('./prelude');

const client = net.connect({
  port: 1,
  host: 'somewhere.test',
  lookup: (host, options, callback) => setImmediate(callback, null, [
    { address: '127.0.0.1', family: 4 },
    { address: '127.0.0.2', family: 4 },
  ]),
});
watch(log, client, 'connectionAttempt connectionAttemptFailed connect error close');
client.on('connectionAttemptFailed', () => client.destroy());
