// Sixty writes of all sizes, some queued: each callback is called once, in order, with no error.
// rows: S16 N10
// over: tcp unix

const { net, log, called, place, where } = require('./prelude');

const order = [];
const server = net.createServer((peer) => {
  peer.on('end', () => log('received', peer.bytesRead));
  peer.resume();
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  for (let i = 0; i < 60; i++) {
    client.write(Buffer.alloc((i % 7) ** 7), (error) => order.push(error ? -1 : i));
  }
  client.end(called(log, 'end'));
  client.on('close', (hadError) => {
    log('close', hadError, order.length, order.every((value, index) => value === index));
  });
});
