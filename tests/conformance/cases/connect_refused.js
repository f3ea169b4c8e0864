// Nobody listens: one 'error' that says who and where, then 'close' true.
// rows: S14 S26 N08

const { net, log, describe, watch } = require('./prelude');

const client = net.connect({ port: 1, host: '127.0.0.1' });
watch(log, client, 'lookup connect ready end finish close');
client.on('error', (error) => {
  log('error', describe(error));
  log('errno', Math.abs(error.errno));
  log('destroyed', client.destroyed, 'connecting', client.connecting, 'errored', client.errored);
});
