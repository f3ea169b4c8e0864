// Room again once a connection has closed.
// rows: N03
// over: tcp unix

const { net, log, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  log('connection');
  peer.resume();
  peer.on('close', () => server.emit('room'));
});
server.maxConnections = 1;
server.on('drop', () => log('drop'));
server.listen(place(), () => {
  const first = net.connect(where(server), () => {
    const second = net.connect(where(server));
    second.on('error', () => {});
    second.resume();
    second.on('close', () => first.end());
  });
  first.resume();
  server.once('room', () => {
    const third = net.connect(where(server));
    third.resume();
    server.once('connection', () => {
      third.end();
      server.close();
    });
  });
});
