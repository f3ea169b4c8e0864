// Writes before the connection, then destroy(error): which error do the callbacks hear?
// rows: S16 N10
// over: tcp unix

const { net, log, watch, called, place, where } = require('./prelude');

const server = net.createServer();
server.listen(place(), () => {
  const client = net.connect(where(server));
  watch(log, client, 'connect finish error');
  client.write('one', called(log, 'first'));
  client.write('two', called(log, 'second'));
  client.destroy(new Error('boom'));
  client.on('close', (hadError) => {
    log('close', hadError);
    server.close();
  });
});
