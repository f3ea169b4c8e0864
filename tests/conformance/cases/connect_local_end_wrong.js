// A localAddress that is not ours.
// rows: N08 S26

const { net, log, describe, watch } = require('./prelude');

const client = net.connect({ port: 1, host: '127.0.0.1', localAddress: '192.0.2.1' });
watch(log, client, 'connect close');
client.on('error', (error) => log('error', describe(error)));
log('connecting', client.connecting);
