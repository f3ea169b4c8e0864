// A record that was tampered with on its way to the server.
// rows: T22

const { net, place, where } = require('./prelude');
const { serveOne, connect } = require('./prelude_tls');

const server = serveOne({}, null, () => {
  const relay = net.createServer((near) => {
    const far = net.connect(where(server));
    far.pipe(near);
    let count = 0;
    near.on('data', (data) => {
      if (data.toString('latin1').startsWith('\x17\x03\x03\x00\x5a')) data[40] ^= 1;
      far.write(data);
    });
    near.on('end', () => far.end());
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
    relay.close();
  });
  relay.listen(place(), () => {
    const client = connect(relay, {}, 'connect secureConnect close');
    client.on('error', () => {});
    client.on('secureConnect', () => setTimeout(() => client.write('x'.repeat(73)), 10));
  });
});
server.on('secureConnection', (peer) => peer.on('error', () => peer.destroy()));
