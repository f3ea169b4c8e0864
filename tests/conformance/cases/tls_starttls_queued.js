// STARTTLS while much that was written in clear is still to be sent: it goes out first.
// rows: T24

const { net, lane, watch, place, where } = require('./prelude');
const { tls, own, ca } = require('./prelude_tls');

const SIZE = 4 << 20;

const server = net.createServer((raw) => {
  let count = 0;
  raw.on('readable', function take() {
    let chunk;
    while (count < SIZE && (chunk = raw.read(Math.min(SIZE - count, raw.readableLength))) !== null) count += chunk.length;
    if (count < SIZE) return;
    raw.removeListener('readable', take);
    lane('peer')('clear', count);
    const peer = watch(lane('peer'), new tls.TLSSocket(raw, { isServer: true, ...own('server') }), 'secure data end finish error close');
    peer.on('data', () => peer.end('secret answer'));
  });
  server.close();
});
server.listen(place(), () => {
  const raw = net.connect(where(server));
  raw.on('connect', () => {
    raw.write(Buffer.alloc(SIZE, 'c'), () => lane('raw')('written'));
    const client = watch(lane('client'), tls.connect({ socket: raw, ca }), 'secureConnect data end finish error close');
    client.write('secret');
  });
  watch(lane('raw'), raw, 'end finish error close');
});
