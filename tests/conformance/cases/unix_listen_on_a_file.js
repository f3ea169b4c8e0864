// Listening on the path of an ordinary file: refused, and the file is left alone.
// rows: S08 S12
// over: unix

const { net, log, watch, tempPath } = require('./prelude');

const fs = require('node:fs');
const path = tempPath();
fs.writeFileSync(path, 'precious');
const server = net.createServer();
watch(log, server, 'listening');
server.on('error', (error) => {
  log('error', error, error.syscall, error.address, error.port);
  log('message', error.message);
  setImmediate(() => log('file', fs.readFileSync(path, 'utf8')));
});
server.listen(path);
