// Sockets that are unref'd do not keep the program alive, also when they were before connecting.
// rows: N04
// over: tcp unix

const { net, log, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  log('connection', peer.unref() === peer);
  server.close();
});
server.on('close', () => log('not reached'));
server.listen(place(), () => {
  const client = net.connect(where(server));
  client.unref();
  client.on('connect', () => log('connect'));
  client.on('data', () => {});
});
