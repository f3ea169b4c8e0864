// A Socket over a BoundSocket: its states before connect(), and the end that it connects from.
// rows: N22 S14
// over: tcp unix

const { net, over, log, lane, attempt, watch, tempPath, place, where } = require('./prelude');

const options = over === 'unix' ? { path: tempPath() } : { host: '127.0.0.1' };
const server = net.createServer((peer) => {
  peer.on('end', () => peer.end('bye'));
  peer.on('data', (data) => lane('server')('data', data));
});
server.listen(place(), () => {
  const bound = new net.BoundSocket(options);
  const here = bound.address();
  const mine = (socket) => (over === 'unix' ? socket.localAddress === here : socket.localPort === here.port);
  const client = new net.Socket({ handle: bound });
  attempt(log, 'adopted', () => bound.address());
  log('before', client.pending, client.connecting, client.readyState, mine(client), client.remoteAddress);
  watch(log, client, 'connectionAttempt connect ready end error close');
  client.connect(where(server), () => {
    log('connected', mine(client), client.readyState);
    client.end('hello');
  });
  log('after', client.pending, client.connecting, client.readyState);
  client.on('data', (data) => log('data', data));
  client.on('close', () => {
    const again = net.connect(where(server, { handle: new net.BoundSocket(options) }));
    watch(lane('by connect()'), again, 'connect end close error');
    again.end('x');
    again.resume();
    again.on('close', () => server.close());
  });
});
