// Node with 'data' listeners and write().
'use strict';
const net = require('node:net');
const {
  BATCH, CLIENTS, IDLE_SECONDS, kind, block, backend, serve,
} = require('./node_harness.js');

function echo(socket) {
  socket.on('data', (data) => socket.write(data));
}

function timeout(socket) {
  socket.setTimeout(IDLE_SECONDS * 1000, () => socket.destroy());
  echo(socket);
}

function callback(socket) {
  function written() {}
  socket.on('data', (data) => socket.write(data, written));
}

function lines(socket) {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (text) => {
    const whole = (rest + text).split('\n');
    rest = whole.pop();
    for (const line of whole) socket.write(`${line}\n`);
  });
}

function listeners(socket) {
  let count = 0;
  socket.on('data', (data) => { count += data.length; });
  echo(socket);
}

function sink(socket) {
  socket.on('data', () => {});
}

function source(socket) {
  function produce() {
    while (socket.write(block));
  }
  socket.on('drain', produce);
  socket.on('error', () => {}); // the client leaves while data is on its way
  produce();
}

function forward(origin, destination) {
  origin.on('data', (data) => {
    if (!destination.write(data)) origin.pause();
  });
  origin.on('end', () => destination.end());
  destination.on('drain', () => origin.resume());
}

function proxy(client) {
  const upstream = net.connect({ ...backend, noDelay: true });
  forward(client, upstream);
  forward(upstream, client);
}

function timers(socket) {
  let left = 0;
  function fired() {
    left -= 1;
    if (left === 0) socket.write('\n');
  }
  socket.on('data', () => {
    left = BATCH;
    for (let i = 0; i < BATCH; i++) setTimeout(fired, 1 + (i % 10));
  });
}

function ticks(socket) {
  let left = 0;
  function tick() {
    left -= 1;
    if (left > 0) process.nextTick(tick);
    else socket.write('\n');
  }
  socket.on('data', () => {
    left = BATCH;
    process.nextTick(tick);
  });
}

function client(control) {
  let begun = 0;
  let left = 0;
  function visit() {
    begun += 1;
    const socket = net.connect({ ...backend, noDelay: true }, () => socket.write('x'));
    socket.on('data', () => socket.end());
    socket.on('close', () => {
      left -= 1;
      if (begun < BATCH) visit();
      else if (left === 0) control.write('\n');
    });
  }
  control.on('data', () => {
    begun = 0;
    left = BATCH;
    for (let i = 0; i < CLIENTS; i++) visit();
  });
}

serve({
  echo, timeout, callback, lines, listeners, sink, source, proxy, timers, ticks, client,
}[kind]);
