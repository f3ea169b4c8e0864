// A reset that nobody listens for ends the program.
// rows: S26 N13

const { net, log, called, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.on('data', () => peer.resetAndDestroy());
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  client.on('close', called(log, 'close'));
  client.write('hello');
});
