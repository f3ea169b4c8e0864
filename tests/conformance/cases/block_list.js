// BlockList: addresses, ranges, subnets of both families, and its rules.
// rows: N02

const { net, log } = require('./prelude');

const list = new net.BlockList();
list.addAddress('1.2.3.4');
list.addAddress('::5', 'ipv6');
list.addRange('10.0.0.1', '10.0.0.10');
list.addSubnet('192.168.0.0', 16);
list.addSubnet('2001:db8::', 32, 'ipv6');
for (const address of [
  '1.2.3.4', '1.2.3.5', '10.0.0.0', '10.0.0.1', '10.0.0.10', '10.0.0.11', '192.168.255.1', '192.169.0.1',
]) log('check', address, list.check(address));
for (const address of ['::5', '::6', '2001:db8::1', '2001:db9::1', '::ffff:1.2.3.4', '::ffff:1.2.3.5']) {
  log('check', address, list.check(address, 'ipv6'));
}
for (const rule of list.rules) log('rule', rule);
