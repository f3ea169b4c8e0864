// What happens after 'timeout' when nothing does: is there a second one?
// rows: S20
// over: tcp unix

const { net, log, called, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.resume();
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  client.on('timeout', () => log('timeout'));
  client.on('ready', () => {
    client.setTimeout(10);
    setTimeout(() => {
      client.end();
      client.resume();
      client.on('close', called(log, 'close'));
    }, 200);
  });
});
