// destroy(error) in 'connect': ticks queued earlier, then 'error', later ticks, then 'close'.
// rows: N10 S26
// over: tcp unix

const { net, log, watch, place, where } = require('./prelude');

const server = net.createServer();
server.on('connection', (peer) => {
  peer.resume();
  server.close();
});
server.on('listening', () => {
  const client = net.connect(where(server));
  watch(log, client, 'connect ready error close');
  client.on('connect', () => {
    process.nextTick(() => log('tick before'));
    client.destroy(new Error('boom'));
    process.nextTick(() => log('tick after'));
    setImmediate(() => log('immediate'));
    log('closed', client.closed, 'errored', client.errored);
  });
});
server.listen(place());
