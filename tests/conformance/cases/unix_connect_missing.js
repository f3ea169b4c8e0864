// Connecting to a path that does not exist.
// rows: S14 S26
// over: unix

const { net, log, describe, watch, tempPath } = require('./prelude');

const client = net.connect({ path: tempPath() });
watch(log, client, 'connect ready end finish close');
client.on('error', (error) => log('error', describe(error)));
log('connecting', client.connecting);
