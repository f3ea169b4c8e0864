// destroy(error) in 'end': the automatic end() does not come, 'error' and 'close' true do.
// rows: S26 N10
// over: tcp unix

const { net, log, watch, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.end('bye');
  peer.resume();
  peer.on('error', () => {});
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  watch(log, client, 'data end finish error close');
  client.on('end', () => client.destroy(new Error('boom')));
});
