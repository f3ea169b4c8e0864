// netcat: what is typed goes to a socket, and what comes from it is shown.
//
// Usage: node examples/node/netcat.js [-l] PORT|PATH      (-l listens for one peer; port 0 for a free one)

const net = require('net');

const listening = process.argv[2] === '-l';
const where = process.argv[listening ? 3 : 2];

function talk(socket) {
  process.stdin.pipe(socket);
  socket.pipe(process.stdout);
  socket.on('error', (error) => {
    process.stderr.write(error.message + '\n');
    process.exitCode = 1;
  });
  socket.on('close', () => process.stdin.destroy());
}

if (listening) {
  const server = net.createServer((socket) => {
    server.close();
    talk(socket);
  });
  server.listen(where, () => {
    const address = server.address();
    process.stderr.write(`listening on ${address.port || address}\n`);
  });
} else {
  talk(net.connect(where));
}
