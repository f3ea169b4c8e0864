// getDefaultHighWaterMark() and setDefaultHighWaterMark(): for streams that are made from then on.
// rows: N19

const { attempt, log, net, stream } = require('./prelude');

log(stream.getDefaultHighWaterMark(false), stream.getDefaultHighWaterMark(true));
const before = new stream.Readable();
const socket = new net.Socket();
stream.setDefaultHighWaterMark(false, 1000);
stream.setDefaultHighWaterMark(true, 3);
log(stream.getDefaultHighWaterMark(false), stream.getDefaultHighWaterMark(true));
log(before.readableHighWaterMark, socket.readableHighWaterMark, socket.writableHighWaterMark);
const duplex = new stream.Duplex();
log(duplex.readableHighWaterMark, duplex.writableHighWaterMark);
log(new stream.Readable({ objectMode: true }).readableHighWaterMark);
log(new stream.Writable({ objectMode: true }).writableHighWaterMark);
log(new stream.Writable({ highWaterMark: 5 }).writableHighWaterMark);
const later = new net.Socket();
log(later.readableHighWaterMark, later.writableHighWaterMark);
for (const value of [-1, 1.5, 'x', undefined]) {
  attempt(log, `set ${value}`, () => stream.setDefaultHighWaterMark(false, value));
}
