// A write in a write's callback.
// rows: S16
// over: tcp unix

const { net, log, lane, called, gather, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  gather(lane('server'), peer);
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  client.on('ready', () => {
    client.write('one ', () => {
      log('first');
      client.write('two ', () => {
        log('second');
        client.end('three', called(log, 'end'));
      });
    });
  });
});
