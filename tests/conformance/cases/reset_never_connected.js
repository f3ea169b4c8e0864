// resetAndDestroy() of a socket that never connected is an error.
// rows: N10

const { net, log, describe, watch } = require('./prelude');

const socket = new net.Socket();
watch(log, socket, 'close');
socket.on('error', (error) => log('error', describe(error)));
socket.resetAndDestroy();
log('destroyed', socket.destroyed);
