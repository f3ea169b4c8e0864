// SocketAddress: its fields, its defaults, and what it refuses.
// rows: N02

const { net, log, attempt } = require('./prelude');

const say = (address) => log(address.address, address.port, address.family, address.flowlabel);
say(new net.SocketAddress());
say(new net.SocketAddress({ address: '1.2.3.4', port: 80 }));
say(new net.SocketAddress({ family: 'ipv6' }));
say(new net.SocketAddress({ address: '::1', family: 'ipv6', port: 65535, flowlabel: 7 }));
attempt(log, 'address', () => new net.SocketAddress({ address: 'nonsense' }));
attempt(log, 'wrong family', () => new net.SocketAddress({ address: '::1' }));
attempt(log, 'family', () => new net.SocketAddress({ family: 'ipv5' }));
attempt(log, 'port', () => new net.SocketAddress({ port: 65536 }));
attempt(log, 'port text', () => new net.SocketAddress({ port: 'x' }));
attempt(log, 'flowlabel', () => new net.SocketAddress({ flowlabel: -1 }));
const list = new net.BlockList();
list.addAddress(new net.SocketAddress({ address: '1.2.3.4' }));
log('check', list.check(new net.SocketAddress({ address: '1.2.3.4' })));
log('check', list.check(new net.SocketAddress({ address: '1.2.3.5' })));
