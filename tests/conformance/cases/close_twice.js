// close() twice: the second callback hears ERR_SERVER_NOT_RUNNING.
// rows: S09 N14
// over: tcp unix

const { net, log, watch, place } = require('./prelude');

const server = net.createServer();
watch(log, server, 'error close');
server.listen(place(), () => {
  server.close((error) => log('first', error));
  server.close((error) => log('second', error));
});
