// Aborting once connected destroys the socket with an AbortError.
// rows: N08 S18
// over: tcp unix

const { net, log, watch, place, where } = require('./prelude');

const controller = new AbortController();
const server = net.createServer((peer) => {
  peer.on('error', () => {});
  peer.resume();
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server, { signal: controller.signal }));
  watch(log, client, 'connect ready end close');
  client.on('error', (error) => log('error', error.code, error.message));
  client.on('ready', () => {
    controller.abort();
    controller.abort();
    log('destroyed', client.destroyed);
  });
});
