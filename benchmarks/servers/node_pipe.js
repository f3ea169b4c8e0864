// Node with pipe().
'use strict';
const net = require('node:net');
const { kind, backend, serve } = require('./node_harness.js');

function echo(socket) {
  socket.pipe(socket);
}

function proxy(client) {
  const upstream = net.connect({ ...backend, noDelay: true });
  client.pipe(upstream);
  upstream.pipe(client);
}

serve({ echo, proxy }[kind]);
