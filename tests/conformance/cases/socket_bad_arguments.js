// What Socket() refuses, and a bare one.
// rows: S13 N14

const { net, log, attempt } = require('./prelude');

attempt(log, 'fd -1', () => new net.Socket({ fd: -1 }));
attempt(log, 'fd text', () => new net.Socket({ fd: 'x' }));
attempt(log, 'number', () => new net.Socket({ signal: 5 }));
const socket = new net.Socket();
log('flags', socket.readable, socket.writable, socket.destroyed, socket.connecting, socket.pending);
log('half open', socket.allowHalfOpen, new net.Socket({ allowHalfOpen: true }).allowHalfOpen);
log('lengths', socket.bytesRead, socket.bytesWritten, socket.writableLength, socket.readableLength);
log('addresses', socket.remoteAddress, socket.localAddress, socket.timeout);
