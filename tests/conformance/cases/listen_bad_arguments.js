// What listen() refuses at once; the server can listen afterwards.
// rows: S07 N14

const { net, log, watch, attempt } = require('./prelude');

const server = net.createServer();
watch(log, server, 'error');
attempt(log, 'port -1', () => server.listen(-1));
attempt(log, 'port 65536', () => server.listen(65536));
attempt(log, 'port 1.5', () => server.listen(1.5));
attempt(log, 'port in options', () => server.listen({ port: 70000 }));
attempt(log, 'empty options', () => server.listen({}));
attempt(log, 'host only', () => server.listen({ host: '127.0.0.1' }));
attempt(log, 'boolean', () => server.listen(true));
attempt(log, 'path', () => server.listen({ path: 5 }));
log('listening', server.listening);
server.listen(0, '127.0.0.1', () => {
  log('listening', server.listening);
  server.close();
});
