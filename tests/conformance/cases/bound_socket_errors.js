// BoundSocket: what is wrong with its options, and after close().
// rows: N22
// over: tcp

const { net, log, attempt, tempPath } = require('./prelude');

const make = (name, options) => attempt(log, name, () => new net.BoundSocket(options).close());
make('nothing', {});
make('a number', 5);
make('port -1', { port: -1 });
make('port x', { port: 'x' });
make('port text', { port: '0' });
make('a name', { host: 'localhost' });
make('a number for host', { host: 5 });
make('host empty', { host: '' });
make('::1', { host: '::1' });
make('ipv6Only', { ipv6Only: true });
make('ipv6Only on IPv4', { ipv6Only: true, host: '127.0.0.1' });
make('ipv6Only text', { ipv6Only: 'x' });
make('reusePort', { reusePort: true });
make('reusePort number', { reusePort: 1 });
make('path and port', { path: tempPath(), port: 1 });
make('path and host', { path: tempPath(), host: '127.0.0.1' });
make('path number', { path: 5 });
for (const options of [{ host: '192.0.2.1' }, { path: '/no/such/directory' }]) {
  try {
    new net.BoundSocket(options);
  } catch (error) {
    log(error.message, error.code, error.syscall, error.address, error.port);
  }
}
const path = tempPath();
const first = new net.BoundSocket({ path });
make('path in use', { path });
log(first.isPipe, first.address(), typeof first.fd());
first.close();
log('closed', first.isPipe);
attempt(log, 'address', () => first.address());
attempt(log, 'fd', () => first.fd());
attempt(log, 'close', () => first.close());
attempt(log, 'listen', () => net.createServer().listen(first));
attempt(log, 'Socket', () => new net.Socket({ handle: first }));
attempt(log, 'connect', () => net.connect({ handle: first, port: 1 }));
make('path free again', { path });
