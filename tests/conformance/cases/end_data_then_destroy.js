// end(data, callback) then destroy(): the data was sent already, the end was not.
// rows: S17 S18
// over: tcp unix

const { net, lane, watch, called, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  watch(lane('server'), peer, 'data end error close');
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  watch(lane('client'), client, 'finish end error close');
  client.on('connect', () => {
    client.end('bye', called(lane('client'), 'end callback'));
    client.destroy();
  });
});
