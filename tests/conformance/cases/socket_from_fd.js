// A socket made from a descriptor (standard input, a pipe): it reads, and ends.
// rows: S13
// over: unix

const { net, log, watch } = require('./prelude');

const socket = new net.Socket({ fd: 0, readable: true, writable: false });
log('state', socket.readyState, socket.connecting, socket.pending);
watch(log, socket, 'data end finish error close');
