// A client of heartbeat_server that answers some pings, and then plays dead, or leaves.
//
// Usage: node examples/node/heartbeat_client.js [port or path [pings [leave]]]      (8124 and 3 by default)

const net = require('net');

const pings = Number(process.argv[3] || 3);
const leave = process.argv[4] === 'leave';
let answered = 0;

const socket = net.connect(process.argv[2] || 8124);

socket.once('connect', () => console.log('connected'));

socket.setTimeout(10000, () => socket.destroy(new Error('no pings')));

socket.on('readable', () => {
  let chunk;
  while ((chunk = socket.read()) !== null) {
    for (const line of chunk.toString().trimEnd().split('\n')) {
      if (answered < pings) {
        answered += 1;
        console.log(line);
        socket.write(line.replace('ping', 'pong') + '\n');
      } else if (leave) {
        socket.end();
      }
    }
  }
});

socket.on('close', (hadError) => {
  console.log(hadError ? 'closed by an error' : 'closed');
});
