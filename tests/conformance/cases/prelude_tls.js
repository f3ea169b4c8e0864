'use strict';
// What the programs about TLS share besides prelude.js; prelude_tls.py is its twin.

const fs = require('node:fs');
const path = require('node:path');
const tls = require('node:tls');
const { lane, watch, place, where } = require('./prelude');

const read = (name) => fs.readFileSync(path.join(process.env.CERTIFICATES, name), 'utf8');
const own = (name) => ({ key: read(`${name}.key`), cert: read(`${name}.crt`) });
const ca = read('ca.crt');

const CLIENT = 'connect secureConnect data end finish error close';
const PEER = 'data end finish error close';

// A server that listens; its sockets are watched as 'peer'. `go` hears when it does.
function serve(options, listener, go) {
  const server = tls.createServer({ ...own('server'), ...options });
  server.on('secureConnection', (peer) => {
    watch(lane('peer'), peer, PEER);
    if (listener) listener(peer, lane('peer'));
  });
  watch(lane('server'), server, 'tlsClientError close');
  server.listen(place(), () => go(server));
  return server;
}

// The same for one connection: it closes with the first that is there or has failed.
function serveOne(options, listener, go) {
  const server = serve(options, listener, go);
  server.on('secureConnection', () => server.close());
  server.on('tlsClientError', () => server.listening && server.close());
  return server;
}

// A client, watched as 'client'. It trusts the authority, and asks for no name.
function connect(server, options = {}, events = CLIENT) {
  return watch(lane('client'), tls.connect(where(server, { ca, ...options })), events);
}

module.exports = { tls, read, own, ca, CLIENT, PEER, serve, serveOne, connect };
