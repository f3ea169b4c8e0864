// A port scanner: which of these ports take a connection?
//
// Usage: node examples/node/portscan.js HOST PORT|FIRST-LAST ...

const net = require('net');

const AT_ONCE = 50;
const PATIENCE = 1000; // ms

const [host, ...ranges] = process.argv.slice(2);
const ports = [];
const open = [];
let running = 0;

for (const range of ranges) {
  const [first, last = first] = range.split('-').map(Number);
  for (let port = first; port <= last; port += 1) ports.push(port);
}

function probe(port) {
  const socket = net.connect({ port, host });
  running += 1;
  socket.setTimeout(PATIENCE);
  socket.on('connect', () => {
    open.push(port);
    socket.destroy();
  });
  socket.on('timeout', () => socket.destroy());
  socket.on('error', () => {}); // as good as an answer
  socket.on('close', () => {
    running -= 1;
    next();
  });
}

function next() {
  while (ports.length > 0 && running < AT_ONCE) probe(ports.shift());
  if (running === 0) {
    for (const port of open.sort((a, b) => a - b)) console.log(`${port} open`);
    console.log(`${open.length} open`);
  }
}

next();
