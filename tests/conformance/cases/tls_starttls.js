// STARTTLS at both ends of a connection that has been used before.
// rows: T24

const { net, lane, watch, place, where } = require('./prelude');
const { tls, own, ca } = require('./prelude_tls');

const server = net.createServer((raw) => {
  raw.write('hello');
  raw.once('data', () => {
    raw.write('go');
    const peer = watch(lane('peer'), new tls.TLSSocket(raw, { isServer: true, ...own('server') }), 'secure data end finish error close');
    peer.on('data', () => peer.end('secret answer'));
  });
  server.close();
});
server.listen(place(), () => {
  const raw = net.connect(where(server));
  raw.once('data', () => {
    raw.write('starttls');
    raw.once('data', () => {
      const client = watch(lane('client'), tls.connect({ socket: raw, ca, servername: 'localhost' }), 'connect ready secure secureConnect data end finish error close');
      client.write('secret');
      lane('client')('state', client.connecting, client.encrypted, client.remoteAddress);
    });
  });
  watch(lane('raw'), raw, 'end finish error close');
});
