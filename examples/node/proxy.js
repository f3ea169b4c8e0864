// A TCP proxy: what comes to one port is passed on to another one, and back.
//
// Usage: node examples/node/proxy.js [port [target port]]      (8124 and 80 by default, 0 for a free port)

const net = require('net');

const [port = 8124, target = 80] = process.argv.slice(2);

const server = net.createServer({ allowHalfOpen: true }, (client) => {
  const upstream = net.connect({ port: target, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });

  client.pipe(upstream);
  upstream.pipe(client);

  upstream.on('error', (error) => {
    console.log(error.message);
    client.destroy();
  });
  client.on('error', (error) => {
    console.log(error.message);
    upstream.destroy();
  });
  client.on('close', () => {
    console.log(`${client.bytesRead} bytes there, ${client.bytesWritten} bytes back`);
  });
});

server.listen(port, () => console.log('proxy on', server.address().port));
