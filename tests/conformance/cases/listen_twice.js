// listen() while listening is refused at once, and nothing else happens.
// rows: S07 N14
// over: tcp unix

const { net, log, watch, called, attempt, place } = require('./prelude');

const server = net.createServer();
watch(log, server, 'listening error close');
server.listen(place(), called(log, 'first'));
server.once('listening', () => {
  attempt(log, 'again', () => server.listen(place(), called(log, 'second')));
  attempt(log, 'bare', () => server.listen());
  log('listening', server.listening);
  server.close();
});
