// eventNames(), listeners(), rawListeners() of a socket.
// rows: N13

const { net, log } = require('./prelude');

const socket = new net.Socket();
log('names', socket.eventNames().filter((name) => name !== 'end'));
const listener = () => {};
socket.on('one', listener);
socket.once('two', listener);
socket.on('one', listener);
log('names', socket.eventNames().filter((name) => name !== 'end'));
log('listeners', socket.listeners('two')[0] === listener, socket.listeners('one').length);
log('raw', socket.rawListeners('two')[0] === listener, socket.rawListeners('two')[0].listener === listener);
log('none', socket.listeners('three'), socket.rawListeners('three'));
socket.removeAllListeners('one');
log('names', socket.eventNames().filter((name) => name !== 'end'));
socket.removeAllListeners();
log('names', socket.eventNames());
log('most', socket.getMaxListeners(), socket.setMaxListeners(20) === socket, socket.getMaxListeners());
