// destroy() of a socket that never had a handle.
// rows: S18 N10

const { net, log, called } = require('./prelude');

const socket = new net.Socket();
socket.on('error', called(log, 'error'));
socket.on('close', called(log, 'closed'));
log('destroyed', socket.destroyed);
socket.destroy();
log('destroyed', socket.destroyed);
