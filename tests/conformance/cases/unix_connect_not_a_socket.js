// Connecting to an ordinary file.
// rows: S14 S26
// over: unix

const { net, log, describe, watch, tempPath } = require('./prelude');

const path = tempPath();
require('node:fs').writeFileSync(path, '');
const client = net.connect({ path });
watch(log, client, 'connect close');
client.on('error', (error) => log('error', describe(error)));
