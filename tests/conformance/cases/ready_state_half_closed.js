// readyState of half-closed ends.
// rows: N09 S29
// over: tcp unix

const { net, lane, place, where } = require('./prelude');

const server = net.createServer({ allowHalfOpen: true }, (peer) => {
  const say = lane('server');
  peer.resume();
  say('start', peer.readyState);
  peer.on('end', () => {
    say('end', peer.readyState);
    peer.end();
    say('ended', peer.readyState);
  });
  peer.on('close', () => say('close', peer.readyState));
  server.close();
});
server.listen(place(), () => {
  const say = lane('client');
  const client = net.connect(where(server, { allowHalfOpen: true }));
  client.resume();
  client.on('ready', () => {
    client.end();
    say('ended', client.readyState);
  });
  client.on('end', () => say('end', client.readyState));
});
