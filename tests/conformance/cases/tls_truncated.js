// A FIN without close_notify, which somebody between the ends has sent: it is the end all the same.
// rows: T19

const { net, place, where } = require('./prelude');
const { serveOne, connect } = require('./prelude_tls');

const server = serveOne({}, null, () => {
  const relay = net.createServer({ allowHalfOpen: true }, (near) => {
    const far = net.connect(where(server, { allowHalfOpen: true }));
    far.on('data', (data) => near.write(data));
    far.on('end', () => near.end());
    near.on('data', (data) => {
      far.write(data);
      if (data.toString('latin1').endsWith('\x17\x03\x03\x00\x5a', data.length - 90)) far.end();
    });
    relay.close();
  });
  relay.listen(place(), () => {
    const client = connect(relay);
    client.on('secureConnect', () => setTimeout(() => client.write('x'.repeat(73)), 10));
    client.resume();
  });
});
