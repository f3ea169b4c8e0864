// A server that is unref'd does not keep the program alive, also when it was before listen().
// rows: N04
// over: tcp unix

const { net, log, place } = require('./prelude');

const server = net.createServer();
log('same', server.unref() === server);
server.listen(place(), () => {
  log('listening');
  server.ref();
  server.unref();
});
process.on('beforeExit', () => log('exit', server.listening));
