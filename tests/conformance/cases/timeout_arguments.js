// What setTimeout() refuses, and how a callback is taken away.
// rows: S20 N14

const { net, log, attempt } = require('./prelude');

const socket = new net.Socket();
log('timeout', socket.timeout);
attempt(log, 'text', () => socket.setTimeout('100'));
attempt(log, 'negative', () => socket.setTimeout(-1));
attempt(log, 'NaN', () => socket.setTimeout(NaN));
attempt(log, 'Infinity', () => socket.setTimeout(Infinity));
attempt(log, 'callback', () => socket.setTimeout(100, 'x'));
const callback = () => {};
socket.setTimeout(100, callback);
socket.setTimeout(100, callback);
log('listeners', socket.listenerCount('timeout'), socket.timeout);
socket.setTimeout(0, callback);
log('listeners', socket.listenerCount('timeout'), socket.timeout);
socket.destroy();
socket.setTimeout(100);
log('timeout', socket.timeout);
