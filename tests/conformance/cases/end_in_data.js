// end() in 'data' while more is under way: what comes afterwards is still read.
// rows: S17 S26
// over: tcp unix

const { net, log, watch, place, where } = require('./prelude');

const server = net.createServer({ allowHalfOpen: true }, (peer) => {
  peer.write('one');
  peer.on('end', () => peer.end('two'));
  peer.resume();
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  watch(log, client, 'data finish end close');
  client.once('data', () => {
    log('same', client.end() === client);
    log('writable', client.writable, client.readable);
  });
});
