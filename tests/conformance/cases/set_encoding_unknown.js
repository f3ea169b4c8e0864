// An unknown encoding is refused at once, null means utf8.
// rows: S27 N14

const { net, log, attempt } = require('./prelude');

const socket = new net.Socket();
attempt(log, 'nonsense', () => socket.setEncoding('nonsense'));
log('encoding', socket.readableEncoding);
attempt(log, 'null', () => socket.setEncoding(null));
log('encoding', socket.readableEncoding);
