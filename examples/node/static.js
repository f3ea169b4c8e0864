// A static file server: enough of HTTP/1.0 for a browser, on bare TCP.
//
// Usage: node examples/node/static.js [port [folder]]      (8124 and . by default, 0 for a free port)

const fs = require('fs');
const net = require('net');
const path = require('path');

const port = process.argv[2] || 8124;
const root = path.resolve(process.argv[3] || '.');
const LONGEST_HEAD = 8192;

function answer(socket, status, body) {
  socket.write(`HTTP/1.0 ${status}\r\nContent-Length: ${body.length}\r\n\r\n`);
  socket.end(body);
}

function serve(socket, [method, target]) {
  if (method !== 'GET') {
    answer(socket, '405 Method Not Allowed', method + '\n');
    return;
  }
  const file = path.join(root, target);
  if (!file.startsWith(root + path.sep) || !fs.existsSync(file) || !fs.statSync(file).isFile()) {
    answer(socket, '404 Not Found', target + '\n');
    return;
  }
  answer(socket, '200 OK', fs.readFileSync(file));
}

const server = net.createServer((socket) => {
  let head = '';
  socket.setEncoding('latin1');
  socket.setTimeout(5000, () => socket.destroy());
  socket.on('error', (error) => console.log(error.message));
  socket.on('data', (text) => {
    head += text;
    if (head.includes('\r\n\r\n')) {
      socket.removeAllListeners('data');
      console.log(head.split('\r\n')[0]);
      serve(socket, head.split(' '));
    } else if (head.length > LONGEST_HEAD) {
      socket.destroy();
    }
  });
});

server.listen(port, () => console.log('files on', server.address().port));
