// The lookup fails: 'lookup' and 'error' hear it; the writes do too.
// rows: S26 N08

const { net, log, watch, called } = require('./prelude');

const client = net.connect({
  port: 1,
  host: 'somewhere.test',
  lookup(host, options, callback) {
    const error = new Error('no such name');
    error.code = 'ENOTFOUND';
    setImmediate(callback, error);
  },
});
watch(log, client, 'lookup connect error close');
client.write('one', called(log, 'first'));
client.write('two', called(log, 'second'));
