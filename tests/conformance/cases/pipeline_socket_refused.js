// The destination cannot connect: the source is destroyed with its error.
// rows: N19
// over: tcp unix

const { log, net, place, see, stream, where } = require('./prelude');

const server = net.createServer();
server.listen(place(), () => {
  const address = where(server);
  server.close(() => {
    const client = see('client', net.connect(address));
    const source = see('source', new stream.Readable({ read() {} }));
    source.push('x');
    stream.pipeline(source, client, (error) => {
      log('callback', error, error.syscall, source.destroyed, client.destroyed);
    });
  });
});
