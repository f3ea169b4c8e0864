// An 'error' that nobody listens for ends the program.
// rows: N10 N13

const { net, log } = require('./prelude');

const socket = new net.Socket();
socket.destroy(new Error('boom'));
setTimeout(() => log('not reached'), 50);
