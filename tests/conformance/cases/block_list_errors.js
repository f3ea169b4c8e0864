// What a BlockList refuses.
// rows: N02 N14

const { net, log, attempt } = require('./prelude');

const list = new net.BlockList();
attempt(log, 'address', () => list.addAddress('nonsense'));
attempt(log, 'address number', () => list.addAddress(5));
attempt(log, 'family', () => list.addAddress('1.2.3.4', 'ipv5'));
attempt(log, 'wrong family', () => list.addAddress('1.2.3.4', 'ipv6'));
attempt(log, 'range', () => list.addRange('1.2.3.4', '1.2.3.3'));
attempt(log, 'range one', () => list.addRange('1.2.3.4', '1.2.3.4'));
attempt(log, 'prefix 33', () => list.addSubnet('1.2.3.0', 33));
attempt(log, 'prefix 0', () => list.addSubnet('1.2.3.0', 0));
attempt(log, 'prefix text', () => list.addSubnet('1.2.3.0', '8'));
attempt(log, 'prefix 129', () => list.addSubnet('::', 129, 'ipv6'));
attempt(log, 'check number', () => list.check(5));
attempt(log, 'check family', () => list.check('1.2.3.4', 'x'));
log('check nonsense', list.check('nonsense'));
log('upper case', list.check('9.9.9.9', 'IPv4'));
