// The forms of connect(path).
// rows: S04
// over: unix

const { net, log, called, place } = require('./prelude');

const server = net.createServer((peer) => {
  peer.end('hello');
  peer.resume();
});
server.listen(place(), () => {
  const path = server.address();
  const forms = [
    (listener) => net.connect(path, listener),
    (listener) => net.connect({ path }, listener),
    (listener) => net.createConnection(path, listener),
    (listener) => new net.Socket().connect(path, listener),
    (listener) => net.connect({ path, port: 1, host: '127.0.0.1' }, listener),
  ];
  const next = () => {
    const form = forms.shift();
    if (!form) return server.close();
    const client = form(() => log('connect', client.connecting));
    client.on('data', called(log, 'data'));
    client.on('close', next);
  };
  next();
});
