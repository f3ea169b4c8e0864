// listen() then close() in the same breath, on a path: no 'listening', but 'close'.
// rows: S07 S09
// over: unix

const { net, log, watch, called, place } = require('./prelude');

const server = net.createServer();
watch(log, server, 'listening error close');
server.listen(place(), called(log, 'callback'));
server.close();
log('listening', server.listening, server.address());
