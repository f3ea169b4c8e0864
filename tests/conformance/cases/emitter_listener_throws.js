// A listener that throws: emit() throws, the listeners after it are not called, a once is gone.
// rows: N13

const { net, log, attempt } = require('./prelude');

const socket = new net.Socket();
socket.once('x', () => {
  log('once');
  throw new Error('boom');
});
socket.on('x', () => log('after'));
attempt(log, 'first', () => socket.emit('x'));
attempt(log, 'second', () => socket.emit('x'));
log('count', socket.listenerCount('x'));
