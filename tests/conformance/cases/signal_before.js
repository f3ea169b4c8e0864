// connect() with a signal that was aborted before: Node emits 'close' twice.
// rows: N08 S18
// over: tcp unix

const { net, log, watch, place, where } = require('./prelude');

const server = net.createServer();
server.listen(place(), () => {
  const client = net.connect(where(server, { signal: AbortSignal.abort() }));
  watch(log, client, 'connect ready end');
  client.on('error', (error) => log('error', error.code, error.message));
  client.on('close', (hadError) => {
    log('close', hadError);
    server.close();
  });
  log('destroyed', client.destroyed);
});
