// emit('error') without a listener raises the error; what is no error is wrapped.
// rows: N13

const { net, log, called, attempt } = require('./prelude');

const socket = new net.Socket();
const server = net.createServer();
attempt(log, 'error', () => socket.emit('error', new Error('boom')));
attempt(log, 'text', () => socket.emit('error', 'text'));
attempt(log, 'nothing', () => server.emit('error'));
server.on('error', called(log, 'heard'));
log('emit', server.emit('error', new Error('boom')));
attempt(log, 'no function', () => socket.on('x', 'text'));
attempt(log, 'number', () => socket.once('x', 5));
