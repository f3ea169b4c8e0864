// close() and listen() again in one breath.
// rows: S07 S09
// over: tcp unix

const { net, log, watch, called, place } = require('./prelude');

const server = net.createServer();
watch(log, server, 'listening error');
server.listen(place(), called(log, 'first'));
server.once('listening', () => {
  server.close();
  log('listening', server.listening);
  server.listen(place(), called(log, 'second'));
  server.once('listening', () => server.close());
});
