// Writing on each 'drain': as many 'drain' events as false answers.
// rows: S16
// over: tcp unix

const { net, log, lane, place, where } = require('./prelude');

let left = 4;
let drains = 0;
const server = net.createServer((peer) => {
  peer.on('end', () => lane('server')('received', peer.bytesRead));
  peer.resume();
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  const more = () => {
    log('write', client.write(Buffer.alloc(32 * 1024 * 1024)));
    left--;
  };
  client.on('ready', more);
  client.on('drain', () => {
    log('drain', ++drains);
    if (left > 0) more();
    else client.end();
  });
});
