// write() on a socket that never connects.
// rows: S16 N10

const { net, log, describe, watch, called } = require('./prelude');

const socket = new net.Socket();
watch(log, socket, 'finish end drain close');
socket.on('error', (error) => log('error', describe(error)));
log('write', socket.write('x', called(log, 'callback')));
log('destroyed', socket.destroyed);
