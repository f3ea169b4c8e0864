// All addresses refuse: one error that lists each.
// rows: N07 S26

const { net, log, describe, watch, called } = require('./prelude');

const client = net.connect({
  port: 1,
  host: 'somewhere.test',
  lookup: (host, options, callback) => setImmediate(callback, null, [
    { address: '::1', family: 6 },
    { address: '127.0.0.1', family: 4 },
  ]),
});
watch(log, client, 'lookup connectionAttempt connectionAttemptFailed connect close');
client.write('x', called(log, 'callback'));
client.on('error', (error) => {
  log('error', error, error.errors.length);
  for (const each of error.errors) log('each', describe(each));
});
