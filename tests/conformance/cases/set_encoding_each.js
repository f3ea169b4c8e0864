// What the same bytes are in every encoding.
// rows: S27
// over: tcp unix

const { net, lane, gather, place, where } = require('./prelude');

const encodings = ['utf8', 'ascii', 'latin1', 'utf16le', 'hex', 'base64', 'UTF-8', 'ucs2', 'binary'];
let left = encodings.length;
const server = net.createServer((peer) => {
  peer.resume();
  peer.end(Buffer.from('48c3a9e282ac0041', 'hex'));
  if (--left === 0) server.close();
});
server.listen(place(), () => {
  for (const encoding of encodings) {
    const client = net.connect(where(server));
    client.setEncoding(encoding);
    gather(lane(encoding), client);
    lane(encoding)('encoding', client.readableEncoding);
  }
});
