// Writes and end() before a connection that is refused: every callback hears the error.
// rows: S14 S16 N10

const { net, log, watch, called } = require('./prelude');

const client = net.connect(1, '127.0.0.1');
watch(log, client, 'connect finish error close');
client.write('one', called(log, 'first'));
client.write('two', called(log, 'second'));
client.end('three', called(log, 'end'));
