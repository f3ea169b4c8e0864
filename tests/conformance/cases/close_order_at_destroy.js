// The server's 'close' comes in a tick from the last destroy(), before the socket's own.
// rows: S09 S12 S18
// over: tcp unix

const { net, log, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  server.close();
  setImmediate(() => {
    process.nextTick(() => log('tick before'));
    peer.destroy();
    process.nextTick(() => log('tick after'));
    server.getConnections((error, count) => log('connections', count));
  });
  peer.on('close', () => log('socket close'));
});
server.on('close', () => log('server close'));
server.listen(place(), () => {
  const client = net.connect(where(server));
  client.resume();
});
