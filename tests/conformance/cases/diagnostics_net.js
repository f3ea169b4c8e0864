// What net publishes of sockets and servers, and when.
// rows: N23

const diagnostics_channel = require('node:diagnostics_channel');
const { net, log, lane, attempt, place, where, tempPath } = require('./prelude');

const listen = 'tracing:net.server.listen:';
const names = ['net.client.socket', 'net.server.socket', ...['asyncStart', 'asyncEnd', 'error'].map((x) => listen + x)];
for (const name of names) {
  diagnostics_channel.subscribe(name, (message, channel) => {
    const { socket, server, options, error } = message;
    const facts = [channel.replace(listen, ''), Object.keys(message).join(' ')];
    if (socket) facts.push(socket.connecting, socket.pending);
    if (server) facts.push(server.listening);
    if (options) facts.push(Object.keys(options).sort().join(' '));
    if (error) facts.push(error.code);
    lane(socket && socket.server ? 'server' : '')(...facts);
  });
}
const server = net.createServer((peer) => {
  lane('server')('connection');
  peer.end();
});
server.on('listening', () => log('listening'));
server.listen(place(), () => {
  const client = net.connect(where(server), () => log('connect'));
  log('connect() is back');
  client.resume().on('close', () => {
    attempt(log, 'port -1', () => client.connect({ port: -1 }));
    const busy = net.createServer();
    busy.on('error', (error) => {
      log('error', error.code);
      attempt(log, 'no options', () => net.createServer().listen({}));
      attempt(log, 'again', () => server.listen(0));
      const unix = net.createServer();
      unix.listen(tempPath(), () => {
        log('unix');
        unix.close();
        server.close();
      });
    });
    busy.listen(where(server));
  });
});
log('listen() is back');
