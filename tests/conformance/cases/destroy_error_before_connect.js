// destroy(error) of a socket that never had a handle, and the ticks around it.
// rows: N10 S26

const { net, log, watch } = require('./prelude');

const socket = new net.Socket();
watch(log, socket, 'error close');
process.nextTick(() => log('tick before'));
socket.destroy(new Error('boom'));
process.nextTick(() => log('tick after'));
log('errored', socket.errored);
