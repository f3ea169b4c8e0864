// listen() then close() in the same breath: no 'listening', but 'close'.
// rows: S07 S09

const { net, log, watch, called, place } = require('./prelude');

const server = net.createServer();
watch(log, server, 'listening error close');
server.listen(place(), called(log, 'callback'));
server.close();
log('listening', server.listening, server.address());
