// Listeners of a server: twice the same, once, prepended, removed during emit, and what emit() answers.
// rows: N13 S06

const { net, log } = require('./prelude');

const server = net.createServer();
const twice = () => log('twice');
server.on('x', twice).on('x', twice);
server.once('x', (...args) => log('once', ...args));
server.prependListener('x', () => log('prepended'));
server.prependOnceListener('x', () => log('prepended once'));
const late = () => log('late');
server.on('x', () => {
  server.off('x', late);
  server.on('x', () => log('added'));
});
server.on('x', late);
log('emit', server.emit('x', 1, 'two'));
log('count', server.listenerCount('x'), server.listenerCount('x', twice));
log('emit', server.emit('x', 3));
log('nobody', server.emit('y'));
server.off('x', twice);
log('count', server.listenerCount('x', twice));
log('unknown', server.removeListener('x', () => {}) === server, server.off('z', twice) === server);
