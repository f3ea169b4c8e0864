// A second listen(port) in the same breath.
// rows: S07 N14

const { net, log, watch, attempt } = require('./prelude');

const server = net.createServer();
watch(log, server, 'listening error close');
server.listen(0);
attempt(log, 'again', () => server.listen(0));
server.close();
