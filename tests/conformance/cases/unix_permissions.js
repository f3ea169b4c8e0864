// readableAll and writableAll open the socket's file to everybody.
// rows: N05
// over: unix

const { net, log, tempPath } = require('./prelude');

const fs = require('node:fs');
process.umask(0o077);
const mode = (path) => (fs.statSync(path).mode & 0o777).toString(8);
for (const options of [{}, { readableAll: true }, { writableAll: true }]) {
  const path = tempPath();
  const server = net.createServer();
  server.listen({ path, ...options });
  log('mode', mode(path));
  server.close();
}
