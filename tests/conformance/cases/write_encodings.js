// write(text, encoding) and what arrives.
// rows: S16 S27
// over: tcp unix

const { net, log, gather, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  gather(log, peer);
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  client.write('é|');
  client.write('é|', 'utf8');
  client.write('é|', 'latin1');
  client.write('é|', 'utf16le');
  client.write('c3a97c', 'hex');
  client.write('w6l8', 'base64');
  client.write('w6l8', 'base64url');
  client.write('A|', 'ASCII');
  client.end('é', 'binary');
});
