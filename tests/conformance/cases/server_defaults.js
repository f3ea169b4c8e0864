// What a new server says of itself.
// rows: S01 N03 N06

const { net, log, attempt } = require('./prelude');

const server = net.createServer();
log('half open', server.allowHalfOpen, 'paused', server.pauseOnConnect);
log('listening', server.listening, server.address());
log('max', server.maxConnections);
const other = net.createServer({ allowHalfOpen: true, pauseOnConnect: true });
log('half open', other.allowHalfOpen, 'paused', other.pauseOnConnect);
attempt(log, 'number', () => net.createServer(5));
attempt(log, 'text', () => net.createServer('8124'));
attempt(log, 'without new', () => net.createServer(null));
