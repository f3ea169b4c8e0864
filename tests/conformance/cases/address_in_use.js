// EADDRINUSE is an 'error' event, in full.
// rows: S08 S12

const { net, log, describe, watch, called, place, where } = require('./prelude');

const first = net.createServer();
first.listen(place(), () => {
  const second = net.createServer();
  watch(log, second, 'listening close');
  second.on('error', (error) => {
    log('error', describe(error));
    log('listening', second.listening, second.address());
    first.close();
    process.nextTick(() => process.nextTick(() => log('tick')));
  });
  second.listen(where(first), called(log, 'callback'));
});
