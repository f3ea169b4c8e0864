// A second end(callback) before 'finish' hears the same finish, after it an error.
// rows: S17 N12
// over: tcp unix

const { net, log, watch, called, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.resume();
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  watch(log, client, 'finish error close');
  client.on('connect', () => {
    client.end(called(log, 'first'));
    client.end(called(log, 'second'));
  });
  client.on('finish', () => client.end(called(log, 'third')));
});
