// BlockList of Node 26: several at once, CIDR, removing, and what fails as a whole.
// rows: N21

const { net, log, attempt, place, where, watch } = require('./prelude');

const list = new net.BlockList();
const say = (title) => log(title, list.size, list.rules);

list.addAddress('1.1.1.1');
list.addCIDR('10.0.0.0/8');
list.addRange('2.2.2.1', '2.2.2.9');
list.addCIDRs(['fe80::/10', '10.5.5.5/24']);
list.addAddresses(['1.1.1.1']);
say('added');
list.removeAddress('1.1.1.2');
list.removeSubnet('10.0.0.0', 9);
list.removeCIDR('10.5.5.0/24');
list.removeRange('2.2.2.1', '2.2.2.8');
say('nothing removed');
list.removeAddress('::ffff:1.1.1.1', 'ipv6');
list.removeSubnet('10.0.0.0', 8);
list.removeRange('2.2.2.1', '2.2.2.9');
say('removed');
for (let i = 0; i < 2; i++) list.addSubnet('10.5.5.5', 24);
list.removeCIDR('10.5.5.5/24');
say('one of three');
const other = new net.BlockList();
other.fromJSON(JSON.stringify(list));
log('read back', other.rules);
list.clear();
say('cleared');
list.addCIDRs(net.BlockList.PRIVATE_RANGES);
say('private');
list.clear();
for (const cidr of ['1.2.3.4', '1.2.3.4/', '1.2.3.4/33', '1.2.3.4/-1', '1.2.3.4/08', '1.2.3.4/ 8', 'x/8', '/8',
  '::1/129', '1.2.3.4/8/9', 5]) attempt(log, cidr, () => list.addCIDR(cidr));
attempt(log, 'addresses', () => list.addAddresses(['1.1.1.1', 'x']));
attempt(log, 'address types', () => list.addAddresses(['1.1.1.1', 5]));
attempt(log, 'no list', () => list.addAddresses('1.1.1.1'));
attempt(log, 'cidrs', () => list.addCIDRs(['1.1.1.1/8', 'x']));
attempt(log, 'no list of cidrs', () => list.addCIDRs('1.1.1.1/8'));
attempt(log, 'from JSON', () => list.fromJSON(['Address: IPv4 999.1.1.1']));
attempt(log, 'from JSON types', () => list.fromJSON([5]));
say('still empty');

list.addCIDRs(net.BlockList.PRIVATE_RANGES);
const server = net.createServer();
server.listen(place(), () => {
  const first = net.connect(where(server, { blockList: list }));
  watch(log, first, 'connect error');
  first.on('close', () => {
    list.removeCIDR('127.0.0.0/8');
    const second = net.connect(where(server, { blockList: list }));
    watch(log, second, 'connect error');
    second.on('connect', () => {
      second.destroy();
      server.close();
    });
  });
});
