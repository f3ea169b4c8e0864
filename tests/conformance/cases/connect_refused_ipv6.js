// The error of a refused IPv6 connection.
// rows: S14 N08

const { net, log, describe, watch } = require('./prelude');

const client = net.connect(1, '::1');
watch(log, client, 'connect close');
client.on('error', (error) => log('error', describe(error)));
