// The last connection is destroyed with an error: its 'error', the server's 'close', its 'close'.
// rows: S12 N10
// over: tcp unix

const { net, log, watch, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  server.close();
  watch(log, peer, 'error');
  peer.on('close', (hadError) => log('socket close', hadError));
  peer.destroy(new Error('boom'));
});
server.on('close', () => log('server close'));
server.listen(place(), () => {
  const client = net.connect(where(server));
  client.on('error', () => {});
  client.resume();
});
