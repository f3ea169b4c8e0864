// A heartbeat: each client is pinged, and dropped when it has given no sign of life for three rounds.
//
// Usage: node examples/node/heartbeat_server.js [port or path [ms]]      (8124 and 1000 by default)

const net = require('net');

const interval = Number(process.argv[3] || 1000);
let clients = 0;

const server = net.createServer({ noDelay: true, keepAlive: true }, (client) => {
  const number = clients += 1;
  let beats = 0;

  const pinging = setInterval(() => client.write(`ping ${beats}\n`), interval);

  // What is written counts as activity for client.setTimeout(), so the pings would hold it up.
  const patience = setTimeout((text) => {
    console.log(text);
    client.destroy();
  }, 3 * interval, `client ${number}: lost`);

  client.setEncoding('utf8');
  client.on('data', (text) => {
    beats += text.split('\n').length - 1;
    patience.refresh();
  });

  client.on('error', (error) => console.log(`client ${number}: ${error.code}`));

  client.on('close', () => {
    clearInterval(pinging);
    clearTimeout(patience);
    console.log(`client ${number}: closed after ${beats} beats`);
  });
});

server.listen(process.argv[2] || 8124, () => {
  const where = server.address();
  console.log('heartbeat on', where.port || where);
});
