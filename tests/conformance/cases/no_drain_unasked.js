// No 'drain' when no write answered false.
// rows: S16
// over: tcp unix

const { net, log, lane, watch, gather, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  gather(lane('server'), peer);
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  watch(log, client, 'drain finish end close');
  client.on('ready', () => {
    log('write', client.write('one '));
    log('write', client.write('two'));
    setImmediate(() => client.end());
  });
});
