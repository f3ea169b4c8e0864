// listen(path) is listening at once; the event comes in a tick.
// rows: S07 S10 N03
// over: unix

const { net, log, watch, called, tempPath } = require('./prelude');

const server = net.createServer();
watch(log, server, 'listening error close');
const path = tempPath();
process.nextTick(() => log('tick before'));
log('same', server.listen(path, called(log, 'callback')) === server);
process.nextTick(() => log('tick after'));
log('after', server.listening, server.address());
server.on('listening', () => {
  server.close();
  log('closed', server.listening, server.address(), require('node:fs').existsSync(path));
});
