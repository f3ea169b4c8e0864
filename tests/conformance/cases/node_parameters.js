// Listeners and callbacks with fewer parameters than there are arguments, and with more.
// rows: N13 S16 S17 S09 S11

const { net, log, lane } = require('./prelude');
const { EventEmitter } = require('events');

const emitter = new EventEmitter();
emitter.on('newListener', (event) => log('new', event));
emitter.on('x', () => log('none'));
emitter.once('x', (a) => log('one', a));
emitter.prependListener('x', (a, b, c) => log('three', a, b, c));
const two = (a, b) => log('two', a, b);
emitter.on('x', two);
emitter.emit('x', 1, 2);
log('again');
emitter.emit('x');
log(emitter.listenerCount('x'), emitter.listeners('x').includes(two), emitter.rawListeners('x').includes(two));
emitter.removeListener('x', two);
log(emitter.listenerCount('x'), emitter.listeners('x').includes(two));

const server = net.createServer((accepted) => {
  const say = lane('server');
  accepted.on('data', (chunk, encoding) => {
    say('data', chunk, encoding);
    accepted.end('bye', () => say('ended'));
  });
  accepted.on('close', () => say('close'));
});
server.listen(0, '127.0.0.1', (nothing) => {
  const say = lane('client');
  const client = net.connect(server.address().port, '127.0.0.1', (nothing) => say('connected', nothing));
  client.write('hello', () => say('written'));
  client.on('data', () => say('data'));
  client.on('end', (nothing) => say('end', nothing));
  client.on('close', () => {
    say('close');
    server.getConnections((error) => say('counted', error));
    server.close(() => lane('end')('closed'));
  });
});
setTimeout((a) => lane('timer')('one', a), 1, 'first', 'second');
setTimeout((a, b) => lane('timer')('two', a, b), 1, 'first');
process.nextTick(() => lane('tick')('none'), 'first');
