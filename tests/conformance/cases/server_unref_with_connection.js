// An unref'd server serves as long as something else keeps the program alive.
// rows: N04
// over: tcp unix

const { net, log, gather, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  gather(log, peer);
});
server.unref();
server.listen(place(), () => {
  const client = net.connect(where(server));
  client.resume();
  client.end('hello');
});
setImmediate(() => setImmediate(() => log('immediates')));
