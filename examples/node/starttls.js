// Lines in the clear, and after STARTTLS in secret: a server, and its client.
//
// Usage: node examples/node/starttls.js folder [port [line ...]]      (8124; with lines it is the client)
//
// The folder has key.pem and cert.pem, of the server.

const fs = require('fs');
const net = require('net');
const tls = require('tls');

const [folder, port = 8124, ...lines] = process.argv.slice(2);
const cert = fs.readFileSync(folder + '/cert.pem');

function eachLine(stream, hear) {
  let rest = '';
  stream.on('data', (data) => {
    const whole = (rest + data).split('\n');
    rest = whole.pop();
    for (const line of whole) hear(line);
  });
}

function serve(plain) {
  plain.once('data', (data) => {
    console.log('in the clear:', data.toString().trim());
    if (data.toString() !== 'STARTTLS\n') return plain.end('STARTTLS FIRST\n');
    plain.write('GO AHEAD\n');
    const key = fs.readFileSync(folder + '/key.pem');
    const secure = new tls.TLSSocket(plain, { isServer: true, key, cert });
    eachLine(secure, (line) => {
      console.log('in secret:', line);
      secure.write(line.toUpperCase() + '\n');
    });
    secure.on('close', () => console.log('closed'));
  });
}

function ask(plain) {
  const secure = tls.connect({ socket: plain, ca: cert, servername: 'localhost' });
  secure.on('secureConnect', () => console.log('authorized', secure.authorized));
  for (const line of lines) secure.write(line + '\n');
  let count = 0;
  eachLine(secure, (line) => {
    console.log(line);
    if (++count === lines.length) secure.end();
  });
  secure.on('close', () => console.log('closed'));
}

if (lines.length) {
  const plain = net.connect(port, 'localhost', () => plain.write('STARTTLS\n'));
  plain.once('data', (data) => {
    console.log(data.toString().trim());
    ask(plain);
  });
} else {
  const server = net.createServer(serve);
  server.listen(port, 'localhost', () => console.log('starttls on', server.address().port));
}
