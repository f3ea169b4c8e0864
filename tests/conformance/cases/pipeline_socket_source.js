// A Socket as the source, and as the destination: what is sent arrives, and both sides close.
// rows: N19
// over: tcp unix

const { lane, net, place, stream, where } = require('./prelude');

const server = net.createServer((peer) => {
  const say = lane('server');
  const parts = [];
  const destination = new stream.Writable({
    write(chunk, encoding, callback) {
      parts.push(chunk);
      callback();
    },
  });
  peer.on('close', (hadError) => say('close', hadError));
  stream.pipeline(peer, destination, (error) => {
    say('callback', error, Buffer.concat(parts).length, peer.writable);
  });
  server.close();
});
server.listen(place(), () => {
  const say = lane('client');
  const client = net.connect(where(server));
  const source = new stream.Readable({ read() {} });
  for (let i = 0; i < 4; i++) source.push(Buffer.alloc(200000, 'x'));
  source.push(null);
  for (const name of ['finish', 'end']) client.on(name, () => say(name));
  client.on('close', (hadError) => say('close', hadError));
  stream.pipeline(source, client, (error) => {
    say('callback', error, source.destroyed, client.writableFinished);
  });
  client.resume();
});
