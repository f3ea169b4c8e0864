// A half-open Socket at the end stays readable when the source has ended; the other end answers later.
// rows: N19
// over: tcp unix

const { lane, net, place, stream, where } = require('./prelude');

const server = net.createServer({ allowHalfOpen: true }, (peer) => {
  const say = lane('server');
  peer.setEncoding('utf8');
  peer.on('data', (data) => say('data', data));
  peer.on('end', () => {
    say('end');
    peer.end('answer');
  });
  peer.on('close', (hadError) => say('close', hadError));
  server.close();
});
server.listen(place(), () => {
  const say = lane('client');
  const client = net.connect(where(server, { allowHalfOpen: true }));
  stream.pipeline(['question'], client, (error) => {
    say('callback', error, client.readable, client.writableFinished, client.destroyed);
    client.setEncoding('utf8');
    client.on('data', (data) => say('data', data));
    client.on('end', () => say('end'));
  });
  client.on('close', (hadError) => say('close', hadError));
});
