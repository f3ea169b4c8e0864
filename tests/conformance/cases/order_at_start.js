// The program's body, its ticks, 'listening', an immediate.
// rows: N15 S07
// over: unix

const { net, log, place } = require('./prelude');

const server = net.createServer();
process.nextTick(() => log('tick 1'));
server.listen(place(), () => {
  log('listening');
  server.close();
  process.nextTick(() => log('tick in listening'));
});
process.nextTick(() => log('tick 2'));
server.on('close', () => log('close'));
setImmediate(() => log('immediate'));
log('body done');
