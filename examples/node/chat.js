// A chat server: the lines that one client sends go to all the others.
//
// Usage: node examples/node/chat.js [port or path]      (8124 by default, 0 for a free port)

const net = require('net');

const clients = new Set();

function tellAllBut(speaker, line) {
  for (const client of clients) {
    if (client !== speaker && client.writable) client.write(line + '\n');
  }
}

const server = net.createServer((client) => {
  let name = null;
  let rest = '';

  client.setEncoding('utf8');
  client.write('your name?\n');

  client.on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      if (name === null) {
        name = line;
        clients.add(client);
        client.write(`hello ${name}, ${clients.size} here\n`);
        tellAllBut(client, `${name} came`);
      } else {
        tellAllBut(client, `${name}: ${line}`);
      }
    }
  });

  client.on('error', (error) => console.log(name, error.code));

  client.on('close', () => {
    if (clients.delete(client)) tellAllBut(client, `${name} left`);
  });
});

server.listen(process.argv[2] || 8124, () => {
  const where = server.address();
  console.log('chat on', where.port || where);
});
