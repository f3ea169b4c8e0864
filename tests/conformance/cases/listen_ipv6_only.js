// ipv6Only leaves the port free for an IPv4 server.
// rows: N05

const { net, log } = require('./prelude');

// Others may hold the IPv4 port of that number, so there are several tries.
const both = (ipv6Only, tries, done) => {
  const six = net.createServer();
  const four = net.createServer();
  const finish = (result) => {
    six.close();
    if (result !== 'both' && tries > 1) return both(ipv6Only, tries - 1, done);
    log('only', ipv6Only, result);
    done();
  };
  four.on('error', (error) => finish(error.code));
  six.listen({ port: 0, host: '::', ipv6Only }, () => {
    four.listen(six.address().port, '0.0.0.0', () => {
      four.close();
      finish('both');
    });
  });
};
both(true, 20, () => both(false, 1, () => log('done')));
