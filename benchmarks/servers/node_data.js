// Node with 'data' listeners and write().
'use strict';
const net = require('node:net');
const { BATCH, kind, block, backend, serve } = require('./node_harness.js');

function echo(socket) {
  socket.on('data', (data) => socket.write(data));
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
    if (left === 0) socket.write('\0');
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
    else socket.write('\0');
  }
  socket.on('data', () => {
    left = BATCH;
    process.nextTick(tick);
  });
}

serve({ echo, sink, source, proxy, timers, ticks }[kind]);
