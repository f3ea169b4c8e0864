// Writes before the connection, then destroy(): each callback hears an error, once.
// rows: S16 N10
// over: tcp unix

const { net, log, watch, called, place, where } = require('./prelude');

const server = net.createServer();
server.listen(place(), () => {
  const client = net.connect(where(server));
  watch(log, client, 'connect finish error');
  client.write('one', called(log, 'first'));
  client.write('two', called(log, 'second'));
  client.end('three', called(log, 'end'));
  client.destroy();
  client.write('four', called(log, 'fourth'));
  client.on('close', (hadError) => {
    log('close', hadError);
    server.close();
  });
});
