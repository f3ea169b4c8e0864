// A client for Redis and whoever else speaks RESP: it sends all commands, and then prints the answers.
//
// Usage: node examples/node/resp.js [port or path] [command ...]      (6379 and PING by default)

const net = require('net');
const { EventEmitter } = require('events');

class Client extends EventEmitter {
  waiting = []; // callbacks, in the order of their commands
  rest = Buffer.alloc(0);

  constructor(where) {
    super();
    this.socket = net.connect(where);
    this.socket.on('data', (data) => this.split(Buffer.concat([this.rest, data])));
    this.socket.on('error', (error) => this.emit('error', error));
    this.socket.on('close', () => this.emit('close', this.waiting.length));
  }

  send(words, callback) {
    const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
    this.socket.write(`*${words.length}\r\n${parts.join('')}`);
    this.waiting.push(callback);
  }

  split(data) {
    let at = 0;
    for (let found; (found = parse(data, at)) !== null; at = found[1]) this.waiting.shift()(found[0]);
    this.rest = data.subarray(at);
    if (this.waiting.length === 0) this.emit('idle');
  }
}

const SIMPLE = { '+': String, '-': (error) => ({ error }), ':': Number };

function parse(data, at) { // [value, where it ends]; null while it is not all there
  let end = data.indexOf('\r\n', at) + 2;
  if (end === 1) return null;
  const kind = data.toString('latin1', at, at + 1);
  const text = data.toString('utf8', at + 1, end - 2);
  if (kind in SIMPLE) return [SIMPLE[kind](text), end];
  if (Number(text) < 0) return [null, end];
  if (kind === '$') {
    const size = Number(text) + 2;
    return data.length < end + size ? null : [data.toString('utf8', end, end + size - 2), end + size];
  }
  const values = [];
  for (let left = Number(text); left > 0; left -= 1) {
    const found = parse(data, end);
    if (found === null) return null;
    values.push(found[0]);
    end = found[1];
  }
  return [values, end];
}

const [where = 6379, ...commands] = process.argv.slice(2);
const client = new Client(where);
client.on('error', (error) => console.log(error.message));
client.on('close', (unanswered) => console.log(`closed, ${unanswered} unanswered`));
client.on('idle', () => client.socket.end());
for (const command of commands.length > 0 ? commands : ['PING']) {
  client.send(command.split(' '), (value) => console.log(JSON.stringify(value)));
}
