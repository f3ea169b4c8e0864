// write() after an end() that waits for the connection.
// rows: S17 N14
// over: tcp unix

const { net, log, watch, called, place, where } = require('./prelude');

const server = net.createServer();
server.listen(place(), () => {
  const client = net.connect(where(server));
  watch(log, client, 'connect finish error');
  client.end('bye', called(log, 'end callback'));
  log('write', client.write('more', called(log, 'callback')));
  client.on('close', (hadError) => {
    log('close', hadError);
    server.close();
  });
});
