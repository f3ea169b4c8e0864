// A client that connects again when it loses its server, after a time that doubles with each failure.
//
// Usage: node examples/node/reconnect.js [port or path [ms [attempts]]]      (8124, 100 and 10 by default)

const net = require('net');
const { EventEmitter } = require('events');

class Reconnecting extends EventEmitter {
  constructor(where = 8124, first = 100, attempts = 10, most = 30000) {
    super();
    Object.assign(this, { where, first: Number(first), attempts: Number(attempts), most });
    Object.assign(this, { failures: 0, timer: null, socket: null });
    this.open();
  }

  open() {
    let connected = false;
    this.socket = net.connect(this.where);
    this.socket.once('connect', () => {
      connected = true;
      this.failures = 0;
      this.emit('connect', this.socket);
    });
    this.socket.on('error', (error) => this.emit('trouble', error));
    this.socket.once('close', (hadError) => {
      if (connected) this.emit('disconnect', hadError);
      this.failures += 1;
      if (this.where === null) this.emit('close');
      else if (this.failures > this.attempts) this.emit('failed', this.attempts);
      else {
        const ms = Math.min(this.first * 2 ** (this.failures - 1), this.most);
        this.emit('reconnect', this.failures, ms);
        this.timer = setTimeout(() => this.open(), ms);
      }
    });
  }

  close() {
    this.where = null;
    clearTimeout(this.timer);
    this.socket.end();
  }
}

const client = new Reconnecting(...process.argv.slice(2));
client.on('trouble', (error) => console.log(error.code));
client.on('reconnect', (number, delay) => console.log(`attempt ${number} in ${delay} ms`));
client.on('failed', () => console.log('no more attempts'));
client.on('disconnect', () => console.log('lost'));
client.on('close', () => console.log('closed'));
client.on('connect', (socket) => {
  console.log('connected');
  socket.setEncoding('utf8').on('data', (text) => {
    console.log('server:', text.trim());
    if (text.startsWith('enough')) client.close();
  });
});
