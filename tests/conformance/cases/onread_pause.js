// An onread callback that answers false pauses the socket; resume() goes on.
// rows: N08 S19
// over: tcp unix

const { net, log, watch, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.resume();
  peer.end('abcdef');
  server.close();
});
server.listen(place(), () => {
  const parts = [];
  const client = net.connect(where(server, {
    onread: {
      buffer: Buffer.alloc(2),
      callback(size, buffer) {
        parts.push(buffer.toString('latin1', 0, size));
        setImmediate(() => {
          log('resume', parts.length, client.isPaused());
          client.resume();
        });
        return false;
      },
    },
  }));
  watch(log, client, 'data end close');
  client.on('end', () => log('parts', parts));
});
