// A path of 200 characters: refused at once in netuv, and by 'error' here.
// rows: N16 S07
// over: unix

const { net, log, watch, attempt, tempPath } = require('./prelude');

const server = net.createServer();
watch(log, server, 'listening error');
const path = tempPath() + 'x'.repeat(200);
attempt(log, 'listen', () => server.listen(path));
attempt(log, 'connect', () => net.connect(path).destroy());
server.on('listening', () => server.close());
