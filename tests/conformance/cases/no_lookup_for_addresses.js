// An IP address as host: no lookup function, no 'lookup' event.
// rows: S26 N08

const { net, log, watch, called, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.end();
  peer.resume();
  server.close();
});
server.listen(place(), () => {
  const lookup = () => log('looked up');
  const client = net.connect(where(server, { lookup }), called(log, 'listener'));
  watch(log, client, 'lookup connectionAttempt connect end close');
  client.resume();
});
