// What the Node servers share; see harness.py for the arguments and the first line of output.
'use strict';
const net = require('node:net');

const HOST = '127.0.0.1';
const [kind, listen, size, backendText] = process.argv.slice(2);

function place(text) {
  return text.startsWith('/') ? { path: text } : { port: Number(text), host: HOST };
}

function createServer(options, listener) {
  const { TLS_PEM } = process.env;
  if (!TLS_PEM) return net.createServer(options, listener);
  const pem = require('node:fs').readFileSync(TLS_PEM);
  const secure = { key: pem, cert: pem, minVersion: 'TLSv1.3' };
  return require('node:tls').createServer({ ...options, ...secure }, listener);
}

function serve(listener) {
  process.stdin.on('end', () => process.exit(0)).resume();
  if (kind === 'import') {
    console.log('imported');
    return;
  }
  const server = createServer({ noDelay: true }, listener);
  server.listen(place(listen), () => {
    const address = server.address();
    console.log(typeof address === 'string' ? address : address.port);
  });
}

module.exports = {
  BATCH: 1000,
  CLIENTS: 50,
  IDLE_SECONDS: 60,
  HOST,
  kind,
  block: Buffer.alloc(Number(size)),
  backend: backendText && place(backendText),
  serve,
};
