// read(n) after setEncoding() counts characters.
// rows: N11 S27
// over: tcp unix

const { net, log, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.resume();
  peer.end('äöüß');
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  client.setEncoding('utf8');
  client.once('readable', () => {
    log('length', client.readableLength);
    log('read 3', client.read(3));
    log('read all', client.read());
    client.on('readable', () => log('read', client.read()));
  });
  client.on('end', () => log('end'));
});
