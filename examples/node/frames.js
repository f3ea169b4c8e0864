// Transforms that put its length in front of each message, and take it off: a server, and its client.
//
// Usage: node examples/node/frames.js [port or path [message ...]]      (8124 by default)

const net = require('net');
const { Transform, pipeline } = require('stream');

class Encoder extends Transform { // of values, as JSON
  constructor() {
    super({ writableObjectMode: true });
  }

  _transform(message, encoding, done) {
    const [head, body] = [Buffer.alloc(4), Buffer.from(JSON.stringify(message))];
    head.writeUInt32BE(body.length);
    this.push(head);
    done(null, body);
  }
}

class Decoder extends Transform {
  rest = Buffer.alloc(0);

  constructor(most = 2 ** 20) {
    super({ readableObjectMode: true });
    this.most = most;
  }

  _transform(data, encoding, done) {
    this.rest = Buffer.concat([this.rest, data]);
    while (this.rest.length >= 4) {
      const size = this.rest.readUInt32BE(0);
      if (size > this.most) return done(new Error(`a message of ${size} bytes`));
      if (this.rest.length < 4 + size) break;
      this.push(JSON.parse(this.rest.subarray(4, 4 + size)));
      this.rest = this.rest.subarray(4 + size);
    }
    done();
  }

  _flush(done) {
    done(this.rest.length > 0 ? new Error('the end of a message is missing') : null);
  }
}

function serve(socket) {
  const told = (error) => console.log(error ? error.message : 'served');
  const answers = new Transform({
    objectMode: true,
    transform: (message, encoding, done) => done(null, { text: message, length: message.length }),
  });
  pipeline(socket, new Decoder(), answers, new Encoder(), socket, told);
}

const [where = 8124, ...messages] = process.argv.slice(2);
if (messages.length === 0) {
  const server = net.createServer({ allowHalfOpen: true }, serve);
  server.listen(where, () => console.log('frames on', server.address().port || server.address()));
} else {
  const encoder = new Encoder();
  const answers = encoder.pipe(net.connect(where)).pipe(new Decoder());
  answers.on('data', ({ text, length }) => console.log(`${text}: ${length}`));
  for (const message of messages) encoder.write(message);
  encoder.end();
}
