// listen() on a BoundSocket while another server has come to listen there.
// rows: N22 S08

const { net, log, hide } = require('./prelude');

const bound = new net.BoundSocket({ host: '127.0.0.1' });
const port = hide(bound.address().port, 'PORT');
const other = net.createServer().listen(port, '127.0.0.1', () => {
  const server = net.createServer();
  server.on('listening', () => log('listening'));
  server.on('error', (error) => {
    log(error.code, error.syscall, 'listening', server.listening);
    other.close();
  });
  server.listen(bound);
  log('after', server.listening);
});
