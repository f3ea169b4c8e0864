// What a 'connection' listener lets out ends the program.
// rows: S12 N13

const { net, log, place, where } = require('./prelude');

const server = net.createServer(() => {
  throw new Error('boom');
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  client.on('close', () => log('not reached'));
});
