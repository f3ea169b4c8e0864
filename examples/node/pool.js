// A connection pool: many calls to json_server over a few connections, opened when needed and kept.
//
// Usage: node examples/node/pool.js [port or path [calls [connections]]]      (8124, 100 and 4 by default)

const net = require('net');
const { EventEmitter } = require('events');

const [where = 8124, calls = 100, most = 4] = process.argv.slice(2);

class Pool extends EventEmitter {
  opened = 0;
  idle = [];
  waiting = []; // [question, callback]

  ask(question, callback) {
    this.waiting.push([question, callback]);
    if (this.idle.length > 0) this.next(this.idle.pop());
    else if (this.opened < most) this.open();
  }

  open() {
    let rest = '';
    const socket = net.connect(where, () => this.next(socket));
    this.opened += 1;
    socket.setEncoding('utf8');
    socket.on('error', (error) => this.emit('error', error));
    socket.on('data', (text) => {
      rest += text;
      if (rest.endsWith('\n')) {
        const answer = JSON.parse(rest);
        rest = '';
        socket.callback(answer.result);
        this.next(socket);
      }
    });
  }

  next(socket) {
    if (this.waiting.length > 0) {
      const [question, callback] = this.waiting.shift();
      socket.callback = callback;
      socket.write(JSON.stringify(question) + '\n');
    } else {
      this.idle.push(socket);
      if (this.idle.length === this.opened) this.emit('idle');
    }
  }
}

const pool = new Pool();
const results = [];
for (let id = 0; id < calls; id += 1) {
  pool.ask({ id, call: 'add', with: [id, 1] }, (result) => results.push(result));
}
pool.on('idle', () => {
  console.log(`${results.length} calls, ${pool.opened} connections, sum ${results.reduce((a, b) => a + b)}`);
  for (const socket of pool.idle) socket.end();
});
