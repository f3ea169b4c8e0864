// bytesRead and bytesWritten on both ends, before, during and after.
// rows: S25
// over: tcp unix

const { net, lane, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  const say = lane('server');
  peer.on('data', (data) => peer.write(data));
  peer.on('close', () => say('close', peer.bytesRead, peer.bytesWritten));
  say('start', peer.bytesRead, peer.bytesWritten);
  server.close();
});
server.listen(place(), () => {
  const say = lane('client');
  const client = net.connect(where(server));
  client.write('12345');
  client.write('é');
  say('queued', client.bytesRead, client.bytesWritten);
  client.on('data', () => {
    if (client.bytesRead === 7) {
      say('echoed', client.bytesRead, client.bytesWritten);
      client.end('bye');
    }
  });
  client.on('close', () => say('close', client.bytesRead, client.bytesWritten));
});
