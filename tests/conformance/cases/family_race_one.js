// One address only: a plain connection, a plain error.
// rows: N07 S26

const { net, log, describe, watch } = require('./prelude');

const client = net.connect({
  port: 1,
  host: 'somewhere.test',
  lookup: (host, options, callback) => setImmediate(callback, null, [
    { address: '127.0.0.1', family: 4 },
  ]),
});
watch(log, client, 'lookup connectionAttempt connectionAttemptFailed connect close');
client.on('error', (error) => {
  log('error', describe(error), error.errors);
  log('tried', client.autoSelectFamilyAttemptedAddresses);
});
