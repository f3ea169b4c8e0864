// Texts of a folder over TLS, for clients with a certificate that it knows: a server, and its client.
//
// Usage: node examples/node/https.js folder [port [name ...]]      (8443; with names it is the client)
//
// The folder has key.pem and cert.pem, of both sides.

const fs = require('fs');
const path = require('path');
const tls = require('tls');

const [folder, port = 8443, ...names] = process.argv.slice(2);
const read = (name) => fs.readFileSync(path.join(folder, name));
const options = { key: read('key.pem'), cert: read('cert.pem'), ca: read('cert.pem'), ALPNProtocols: ['http/1.1'] };

function respond(socket, status, body) {
  socket.write(`HTTP/1.1 ${status}\r\nContent-Length: ${body.length}\r\n\r\n`);
  socket.end(body);
}

function serve(socket) {
  socket.once('data', (data) => {
    const name = path.basename(data.toString().split(' ')[1]);
    console.log(socket.getPeerCertificate().subject.CN, socket.alpnProtocol, name);
    if (/\.txt$/.test(name) && fs.existsSync(path.join(folder, name))) respond(socket, '200 OK', read(name));
    else respond(socket, '404 Not Found', Buffer.from('there is none\n'));
  });
}

function ask([name, ...rest], session) {
  if (!name) return;
  const socket = tls.connect(port, 'localhost', { ...options, servername: 'localhost', session }, () => {
    console.log('session', socket.isSessionReused() ? 'reused' : 'new');
    socket.write(`GET /${name} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  });
  socket.on('session', (given) => { session = given; });
  const parts = [];
  socket.on('data', (data) => parts.push(data));
  socket.on('end', () => {
    const [head, body] = Buffer.concat(parts).toString().split('\r\n\r\n');
    console.log(head.split('\r\n')[0].slice(9), body.trim());
  });
  socket.on('error', (error) => console.log(error.code));
  socket.on('close', () => ask(rest, session));
}

if (names.length) {
  ask(names);
} else {
  const server = tls.createServer({ ...options, requestCert: true }, serve);
  server.on('tlsClientError', (error) => console.log(error.code));
  server.listen(port, 'localhost', () => console.log('https on', server.address().port));
}
