// A 'data' listener throws and the program goes on: listeners after it, ticks and 'end'.
// rows: N15 S26

const { net, log, watch, called, place, where } = require('./prelude');

process.removeAllListeners('uncaughtException');
process.on('uncaughtException', (error) => log('uncaught', error));
const server = net.createServer((peer) => {
  peer.resume();
  peer.write('one');
  server.on('more', () => peer.end('two'));
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  client.on('data', (data) => {
    log('first', data);
    process.nextTick(() => log('tick'));
    if (String(data) === 'one') {
      setImmediate(() => server.emit('more'));
      throw new Error('boom');
    }
  });
  client.on('data', called(log, 'second'));
  watch(log, client, 'end error close');
});
