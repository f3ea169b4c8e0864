// The forms of connect(): each reaches the server, each listener is called once.
// rows: S03 S04 S05

const { net, log, called, place, where } = require('./prelude');

let count = 0;
const server = net.createServer((peer) => {
  peer.end(`hello ${++count}`);
  peer.resume();
});
server.listen(place(), () => {
  const { port, host } = where(server);
  const forms = [
    (listener) => net.connect(port, host, listener),
    (listener) => net.connect({ port, host }, listener),
    (listener) => net.createConnection(port, host, listener),
    (listener) => net.createConnection({ port: String(port), host }, listener),
    (listener) => net.connect(String(port), host, listener),
    (listener) => new net.Socket().connect(port, host, listener),
    (listener) => new net.Socket().connect({ port, host }, listener),
  ];
  const next = () => {
    const form = forms.shift();
    if (!form) return server.close();
    const client = form(() => log('connect', client.connecting));
    log('connecting', client.connecting);
    client.on('data', called(log, 'data'));
    client.on('close', next);
  };
  next();
});
