// Which texts are IP addresses, and of which version.
// rows: N01

const { net, log } = require('./prelude');

const texts = [
  '127.0.0.1', '0.0.0.0', '255.255.255.255', '256.0.0.1', '1.2.3', '1.2.3.4.5', '01.2.3.4',
  ' 1.2.3.4', '1.2.3.4 ', '1.2.3.4\n', '', 'localhost', '::', '::1', '1::', '1:2:3:4:5:6:7:8',
  '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '::ffff:1.2.3.4', '::1.2.3.256', 'fe80::1%eth0', 'fe80::1%',
  'FE80::ABCD', '12345::', 'g::', '1::2::3', ':::', ':1', '::1/64', '[::1]', '1::2:3:4:5:6:7',
  '1:2:3:4:5:6:1.2.3.4', '1:2:3:4:5:6:7:1.2.3.4', '0x7f.1', '127.1', '١.2.3.4',
];
for (const text of texts) log(JSON.stringify(text), net.isIP(text), net.isIPv4(text), net.isIPv6(text));
for (const value of [null, undefined, 5, {}]) log('no text', net.isIP(value));
