// destroy(error) in the same breath as connect().
// rows: N10 S26
// over: tcp unix

const { net, log, watch, place, where } = require('./prelude');

const server = net.createServer();
server.on('listening', () => {
  const client = net.connect(where(server));
  watch(log, client, 'connect ready error close');
  client.on('close', () => server.close());
  client.destroy(new Error('boom'));
});
server.listen(place());
