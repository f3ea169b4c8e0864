// onread: data comes to a callback in one's own buffer, not as 'data'.
// rows: N08 S26
// over: tcp unix

const { net, log, watch, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.resume();
  peer.end('hello world');
  server.close();
});
server.listen(place(), () => {
  const parts = [];
  const client = net.connect(where(server, {
    onread: {
      buffer: Buffer.alloc(4),
      callback(size, buffer) {
        parts.push(buffer.toString('latin1', 0, size));
        log('onread', size <= 4);
        return true;
      },
    },
  }));
  watch(log, client, 'data end close');
  client.on('end', () => log('parts', parts.join(''), client.bytesRead));
});
