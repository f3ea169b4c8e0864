// The source ends, so does the destination; in which order?
// rows: S28
// over: tcp unix

const { net, log, lane, watch, gather, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  if (server.listenerCount('second') === 0) {
    server.on('second', (other) => {
      watch(log, peer, 'end');
      watch(log, other, 'finish');
      other.on('unpipe', (from) => log('unpipe', from === peer));
      peer.pipe(other);
    });
    server.emit('first');
  } else {
    server.emit('second', peer);
    server.close();
  }
});
server.listen(place(), () => {
  const source = net.connect(where(server));
  source.end('through the pipe');
  source.resume();
  server.on('first', () => {
    const sink = net.connect(where(server));
    gather(lane('sink'), sink);
    watch(lane('sink'), sink, 'end close');
  });
});
