// The option onread of a client.
// rows: T15

const { lane, watch, where } = require('./prelude');
const { tls, ca, serveOne } = require('./prelude_tls');

const say = lane('client');
serveOne({}, (peer) => peer.end('hello'), (server) => {
  const client = tls.connect(where(server, {
    ca,
    onread: { buffer: Buffer.alloc(100), callback: (size, buffer) => say('read', size, buffer.subarray(0, size)) },
  }));
  watch(say, client, 'secureConnect data end finish error close');
});
