// end(data, callback): write callbacks, the end callback, 'finish'.
// rows: S17 N12
// over: tcp unix

const { net, lane, watch, called, gather, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  gather(lane('server'), peer);
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  watch(lane('client'), client, 'prefinish finish');
  client.on('connect', () => {
    client.write('one ', called(lane('client'), 'write callback'));
    client.end('two', called(lane('client'), 'end callback'));
    lane('client')('ended', client.writableEnded, client.writableFinished);
  });
  client.on('finish', () => lane('client')('finished', client.writableFinished));
});
