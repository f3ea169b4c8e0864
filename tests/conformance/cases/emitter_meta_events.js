// 'newListener' before a listener is added, 'removeListener' after it is removed.
// rows: N13

const { net, log } = require('./prelude');

const server = net.createServer();
const one = () => log('one');
server.on('newListener', (name, listener) => log('new', name, listener === one, server.listenerCount(name)));
server.on('removeListener', (name, listener) => log('removed', name, listener === one, server.listenerCount(name)));
server.on('x', one);
server.once('x', one);
server.emit('x');
server.off('x', one);
server.once('y', () => log('y'));
server.off('z', one);
server.on('x', one);
server.removeAllListeners('x');
