// end: false leaves the destination open.
// rows: S28
// over: tcp unix

const { net, log, lane, gather, place, where } = require('./prelude');

const server = net.createServer({ allowHalfOpen: true }, (peer) => {
  peer.pipe(peer, { end: false });
  peer.on('end', () => setImmediate(() => {
    log('ended', peer.writableEnded, peer.writable);
    peer.end(' and more');
  }));
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  gather(lane('client'), client);
  client.end('echo');
});
