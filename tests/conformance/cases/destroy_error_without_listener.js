// An 'error' that nobody listens for ends the program.
// rows: N10 N13

const { net, log, called } = require('./prelude');

const socket = new net.Socket();
socket.on('close', called(log, 'close'));
socket.destroy(new Error('boom'));
setTimeout(() => log('not reached'), 50);
