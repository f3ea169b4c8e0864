// Aborting in the same breath as connect().
// rows: N08 S18
// over: tcp unix

const { net, log, watch, called, place, where } = require('./prelude');

const controller = new AbortController();
const server = net.createServer();
server.listen(place(), () => {
  const client = net.connect(where(server, { signal: controller.signal }));
  watch(log, client, 'connect ready end error');
  client.write('x', called(log, 'callback'));
  controller.abort();
  log('destroyed', client.destroyed, client.connecting);
  client.on('close', (hadError) => {
    log('close', hadError);
    server.close();
  });
});
