// A Socket over a BoundSocket that is written to, ended, or destroyed, and not connected; a wrong family.
// rows: N22 N10

const { net, log, lane, watch, attempt, place, where } = require('./prelude');

const over = (name) => {
  const socket = new net.Socket({ handle: new net.BoundSocket({ host: '127.0.0.1' }) });
  watch(lane(name), socket, 'end error close');
  socket.resume();
  return socket;
};
const written = over('written');
written.write('x', (error) => lane('written')('callback', error));
over('destroyed').destroy();
const local = over('local');
attempt(lane('local'), 'local port', () => local.connect({ port: 1, localPort: 5 }));
attempt(lane('local'), 'local address', () => local.connect({ port: 1, localAddress: '127.0.0.1' }));
local.destroy();
const refused = over('refused');
refused.on('error', (error) => lane('refused')(error.syscall, error.message, error.localPort));
refused.connect(1, '127.0.0.1');
const server = net.createServer((peer) => peer.end());
server.listen(place(), () => {
  const again = over('again');
  const { port } = where(server);
  const bound = again.localPort;
  again.connect(port, '127.0.0.1', () => lane('again')('connected', again.localPort === bound));
  again.once('close', () => {
    again.connect(port, '127.0.0.1', () => lane('again')('a new port', again.localPort !== bound));
    again.once('close', () => server.close());
  });
});
