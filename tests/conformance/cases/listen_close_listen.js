// A server may listen again after 'close'; each callback is called once.
// rows: S07 S09 S12
// over: tcp unix

const { net, log, watch, called, place } = require('./prelude');

const server = net.createServer();
watch(log, server, 'listening error close');
server.listen(place(), called(log, 'first'));
server.once('listening', () => server.close());
server.once('close', () => {
  server.listen(place(), called(log, 'second'));
  server.once('listening', () => server.close((error) => log('closed', error)));
});
