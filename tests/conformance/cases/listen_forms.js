// The forms of listen(): each is heard of once, and tells an IPv4 address.
// rows: S07

const { net, log } = require('./prelude');

const forms = [
  (server, callback) => server.listen(0, '127.0.0.1', callback),
  (server, callback) => server.listen(0, '127.0.0.1', 5, callback),
  (server, callback) => server.listen('0', '127.0.0.1', callback),
  (server, callback) => server.listen({ port: 0, host: '127.0.0.1', backlog: 5 }, callback),
  (server, callback) => server.listen({ port: 0, host: '127.0.0.1', exclusive: true }, callback),
];
const next = () => {
  const form = forms.shift();
  if (!form) return;
  const server = net.createServer();
  form(server, () => {
    log('listening', server.address().address, server.address().family, server.address().port > 0);
    server.close(next);
  });
};
next();
