// close(callback) of a server that never listened.
// rows: S09 N14

const { net, log, describe, watch } = require('./prelude');

const server = net.createServer();
watch(log, server, 'listening error close');
log('same', server.close((error) => log('callback', describe(error))) === server);
process.nextTick(() => log('tick'));
