// A server that ends well: on SIGTERM or SIGINT it takes no more clients, and gives those it has some time.
//
// Usage: node examples/node/graceful.js [port or path [ms]]      (8124 and 5000 by default)

const net = require('net');

const grace = Number(process.argv[3] || 5000);
const clients = new Set();
let served = 0;

const server = net.createServer({ allowHalfOpen: true }, (client) => {
  clients.add(client);
  client.on('close', () => clients.delete(client));
  client.on('error', (error) => console.log(error.message));
  client.on('data', (data) => {
    served += data.length;
    client.write(data);
  });
  client.on('end', () => client.end('goodbye\n'));
});
server.maxConnections = 100;
server.on('drop', (info) => console.log('too many:', info.remoteAddress));

function stop(signal) {
  console.log(`${signal}, ${clients.size} open`);
  server.close((error) => console.log(error ? error.message : 'server closed'));
  for (const client of clients) client.write('going down\n');
  setTimeout(() => {
    for (const client of clients) client.destroy();
    process.exitCode = 2;
  }, grace).unref();
}

process.once('SIGTERM', stop);
process.once('SIGINT', stop);
process.on('exit', (code) => console.log(`exit ${code} after ${served} bytes`));

server.listen(process.argv[2] || 8124, () => {
  const where = server.address();
  console.log('echo on', where.port || where);
});
