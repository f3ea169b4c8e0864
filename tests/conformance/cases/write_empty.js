// Writing nothing: the callback is called all the same, the peer gets no 'data'.
// rows: S16 S17
// over: tcp unix

const { net, log, lane, watch, called, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  watch(lane('server'), peer, 'data end');
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  client.on('ready', () => {
    log('write', client.write('', called(log, 'text')));
    log('write', client.write(Buffer.alloc(0), called(log, 'bytes')));
    client.end('', called(log, 'end'));
    log('written', client.bytesWritten);
  });
});
