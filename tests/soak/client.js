// Echoes and relays of random data, compared byte by byte, until stdin ends. usage: node client.js PORT ...
'use strict';
const net = require('net');
const { randomBytes, randomInt } = require('crypto');

const ports = process.argv.slice(2).map(Number);
let stopping = false;
let active = 0;  // those that are at work or wait for their next turn
const counts = { transfers: 0, wrong: 0, resets: 0 };

process.stdin.resume().on('end', () => { stopping = true; });

function finish() {
  if (stopping && active === 0) console.log(JSON.stringify(counts));
}

function one() {
  if (stopping) {
    active--;
    finish();
    return;
  }
  const port = ports[randomInt(ports.length)];
  const data = randomBytes(randomInt(1, 200_000));
  const reset = randomInt(10) === 0;
  const parts = [];
  const client = net.connect(port, '127.0.0.1', () => {
    if (reset) { client.write(data); client.resetAndDestroy(); } else client.end(data);
  });
  client.on('data', (part) => parts.push(part));
  client.on('error', (error) => { counts.wrong++; console.error(error.message); });
  client.on('close', () => {
    if (reset) counts.resets++;
    else if (Buffer.concat(parts).equals(data)) counts.transfers++;
    else counts.wrong++;
    setTimeout(one, 2);
  });
}

for (; active < 4; active++) one();
