// A character split over two reads arrives whole.
// rows: S27
// over: tcp unix

const { net, log, called, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  const bytes = Buffer.from('aé€😀z');
  let next = 0;
  const send = () => {
    if (next < bytes.length) peer.write(bytes.subarray(next, ++next));
    else peer.end();
  };
  peer.on('data', send);
  send();
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  log('same', client.setEncoding('utf8') === client, client.readableEncoding);
  let read = 0;
  client.on('data', called(log, 'data'));
  const more = () => {
    if (client.bytesRead > read && !client.readableEnded) {
      read = client.bytesRead;
      client.write('.');
    }
    if (!client.destroyed) setImmediate(more);
  };
  more();
  client.on('end', () => log('end', client.bytesRead));
});
