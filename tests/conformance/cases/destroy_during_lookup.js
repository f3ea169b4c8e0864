// destroy() while the name is being looked up: the answer that comes later is dropped.
// rows: S18 N08

const { net, log, watch } = require('./prelude');

let answer = null;
const client = net.connect({
  port: 1,
  host: 'somewhere.test',
  lookup: (host, options, callback) => { answer = callback; },
  autoSelectFamily: false,
});
watch(log, client, 'lookup connect error');
log('connecting', client.connecting);
setImmediate(() => {
  client.destroy();
  log('connecting', client.connecting, 'destroyed', client.destroyed);
  answer(null, '127.0.0.1', 4);
  setImmediate(() => log('later'));
});
client.on('close', () => log('close'));
