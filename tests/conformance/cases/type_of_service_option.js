// The type of service as an option: of a Socket before and after it connects, of connect(), and wrong ones.
// rows: N25 N17

const { net, log, attempt, place, where } = require('./prelude');

for (const value of [-1, 256, 1.5, 'x', true]) {
  attempt(log, String(value), () => new net.Socket({ typeOfService: value }));
}
log('none', new net.Socket().getTypeOfService());
const server = net.createServer({ typeOfService: 16 }, (peer) => peer.end());
server.listen(place(), () => {
  const socket = new net.Socket({ typeOfService: 16 });
  log('before', socket.getTypeOfService());
  socket.connect(where(server), () => log('connected', socket.getTypeOfService()));
  socket.resume().on('close', () => {
    log('closed', socket.getTypeOfService());
    const client = net.connect(where(server, { typeOfService: 8 }), () => {
      log('of connect', client.getTypeOfService());
      client.setTypeOfService(4);
      log('set', client.getTypeOfService());
      server.close();
    }).resume();
  });
});
