// end() of a socket that never connects calls back all the same.
// rows: S17 N10

const { net, log, watch, called } = require('./prelude');

const socket = new net.Socket();
watch(log, socket, 'finish end error close');
socket.end(called(log, 'callback'));
log('ended', socket.writableEnded, 'finished', socket.writableFinished);
