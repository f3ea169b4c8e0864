// A 'data' listener throws and the program goes on: ticks, the next chunk and 'end'.
// rows: N15 S26

const { net, log, watch, place, where } = require('./prelude');

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
  watch(log, client, 'end error close');
});
