// No 'timeout' after destroy().
// rows: S20 S18
// over: tcp unix

const { net, log, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.resume();
  peer.on('error', () => {});
  peer.setTimeout(5, () => log('never'));
  peer.destroy();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  client.on('error', () => {});
  client.on('ready', () => {
    client.setTimeout(5, () => log('never'));
    client.destroy();
    client.setTimeout(5, () => log('never'));
  });
  client.on('close', () => {
    setTimeout(() => log('later'), 20);
    server.close();
  });
});
