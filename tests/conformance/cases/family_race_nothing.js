// An empty answer, and one with no usable address.
// rows: N07 S26

const { net, lane, watch } = require('./prelude');

const ask = (say, answer) => {
  const client = net.connect({
    port: 1,
    host: 'somewhere.test',
    lookup: (host, options, callback) => setImmediate(callback, null, answer),
  });
  watch(say, client, 'lookup connectionAttempt connect error close');
};
ask(lane('no address'), [{ address: 'nonsense', family: 4 }]);
ask(lane('no family'), [{ address: '127.0.0.1', family: 5 }]);
