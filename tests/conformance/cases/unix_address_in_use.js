// EADDRINUSE of a Unix path, in full.
// rows: S08 S12
// over: unix

const { net, log, watch, called, place, where } = require('./prelude');

const first = net.createServer();
first.listen(place(), () => {
  const second = net.createServer();
  watch(log, second, 'listening close');
  second.on('error', (error) => {
    log('error', error, error.syscall, error.address, error.port);
    log('message', error.message);
    log('listening', second.listening, second.address());
    first.close();
    process.nextTick(() => process.nextTick(() => log('tick')));
  });
  second.listen(where(first), called(log, 'callback'));
});
