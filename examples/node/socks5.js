// A SOCKS5 server (RFC 1928): connections for anybody, to IPv4 and IPv6 addresses and to names.
//
// Usage: node examples/node/socks5.js [port or path]      (1080 by default, 0 for a free port)

const net = require('net');

const REASONS = { ENETUNREACH: 3, EHOSTUNREACH: 4, ENOTFOUND: 4, ECONNREFUSED: 5 };

const answer = (code) => Buffer.from([5, code, 0, 1, 0, 0, 0, 0, 0, 0]);

const server = net.createServer((client) => {
  let [step, need] = [greeting, 2]; // each step answers with the next one, and how many bytes that needs

  function greeting(data) { // 5, number of methods
    return [methods, data[1]];
  }

  function methods(data) { // 0 is "no password"
    if (data.includes(0)) client.write(Buffer.from([5, 0]));
    else client.end(Buffer.from([5, 255]));
    return [request, 5];
  }

  function request(data) { // 5, command, 0, kind of address, and the address's first byte
    const size = { 1: 3, 3: data[4], 4: 15 }[data[3]];
    if (data[1] === 1 && size >= 0) return [(rest) => address(Buffer.concat([data, rest])), size + 2];
    client.end(answer(data[1] === 1 ? 8 : 7));
    return [null, 0];
  }

  function address(data) { // the same, and the rest of the address, and the port
    const [host, port] = [data.subarray(4, -2), data.readUInt16BE(data.length - 2)];
    if (data[3] === 1) connect(host.join('.'), port);
    else if (data[3] === 4) connect(host.toString('hex').match(/..../g).join(':'), port);
    else connect(host.toString('utf8', 1), port);
    return [null, 0];
  }

  function connect(host, port) {
    client.off('readable', onReadable).on('close', () => target.destroy());
    const target = net.connect({ host, port, allowHalfOpen: true }, () => {
      console.log(`to ${host} ${port}`);
      client.allowHalfOpen = true;
      client.write(answer(0));
      client.pipe(target).pipe(client);
    });
    target.on('error', (error) => {
      console.log(`${error.code} ${host} ${port}`);
      client.end(answer(REASONS[error.code] || 1));
    });
  }

  function onReadable() {
    for (let data; step && client.writable; [step, need] = step(data)) {
      data = client.read(need) || Buffer.alloc(0);
      if (data.length < need) return; // later, or never: at the end read() gives what there is
    }
  }

  client.on('readable', onReadable).on('error', (error) => console.log(error.message));
});

server.listen(process.argv[2] || 1080, () => {
  console.log('socks5 on', server.address().port || server.address());
});
