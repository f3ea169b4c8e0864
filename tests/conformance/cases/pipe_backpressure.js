// An echo through pipe() of more than any buffer holds: byte for byte, and both ends close.
// rows: S28 S16
// over: tcp unix

const { net, lane, watch, place, where } = require('./prelude');

const size = 16 * 1024 * 1024;
let received = 0;
const server = net.createServer((peer) => {
  peer.pipe(peer);
  peer.on('close', (hadError) => lane('server')('close', hadError, peer.bytesRead, peer.bytesWritten));
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  client.on('data', (data) => { received += data.length; });
  watch(lane('client'), client, 'finish end close');
  client.on('end', () => lane('client')('received', received));
  client.end(Buffer.alloc(size, 'x'));
});
