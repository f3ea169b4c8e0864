// Writes before a connection to a missing path: every callback hears the error.
// rows: S14 S16 N10
// over: unix

const { net, log, watch, called, tempPath } = require('./prelude');

const client = net.connect(tempPath());
watch(log, client, 'connect finish error close');
client.write('one', called(log, 'first'));
client.write('two', called(log, 'second'));
