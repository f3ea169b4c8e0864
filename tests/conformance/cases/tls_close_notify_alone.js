// The FIN of a client is held up on its way: its close_notify is the end all the same.
// rows: T18

const { net, lane, place, where } = require('./prelude');
const { serveOne, connect } = require('./prelude_tls');

const server = serveOne({}, (peer) => peer.on('close', () => lane('relay')('ended', ended)), () => {
  const relay = net.createServer({ allowHalfOpen: true }, (near) => {
    const far = net.connect(where(server, { allowHalfOpen: true }));
    far.on('data', (data) => near.write(data));
    near.on('data', (data) => far.write(data));
    far.on('end', () => {
      ended = true;
      near.end();
      far.end();
    });
    relay.close();
  });
  relay.listen(place(), () => connect(relay).end('bye'));
});
let ended = false;
