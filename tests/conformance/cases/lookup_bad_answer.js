// A lookup that answers with what is no address, or of the wrong family.
// rows: S26 N08 N14

const { net, lane, watch } = require('./prelude');

const ask = (say, address, family) => {
  const client = net.connect({
    port: 1,
    host: 'somewhere.test',
    autoSelectFamily: false,
    lookup: (host, options, callback) => setImmediate(callback, null, address, family),
  });
  watch(say, client, 'lookup connect error close');
};
ask(lane('no address'), 'nonsense', 4);
ask(lane('no family'), '127.0.0.1', 5);
ask(lane('nothing'), undefined, undefined);
