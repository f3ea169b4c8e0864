// duplexPair(options), pipeline() from one end to itself, and objects.
// rows: N19

const { log, stream } = require('./prelude');

const [a, b] = stream.duplexPair({ highWaterMark: 3 });
log(a.readableHighWaterMark, b.writableHighWaterMark);
log('write', a.write('12'), a.write('3456'));
b.on('data', (data) => log('data', data));
a.on('drain', () => log('drain'));

const [c, d] = stream.duplexPair({ objectMode: true });
d.on('data', (data) => log('data', data));
class Thing {}
c.write(new Thing());
c.write(5);
c.end();

const [client, server] = stream.duplexPair();
stream.pipeline(server, server, (error) => log('echoed', error));
client.on('data', (data) => log('echo', data));
client.on('end', () => log('end'));
client.write('x');
client.end('y');
