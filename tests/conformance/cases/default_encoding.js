// setDefaultEncoding() and what an unknown one does.
// rows: N12 S27
// over: tcp unix

const { net, log, lane, attempt, gather, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  gather(lane('server'), peer);
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  log('same', client.setDefaultEncoding('hex') === client);
  client.write('414243');
  client.write('é', 'utf8');
  attempt(log, 'unknown', () => client.setDefaultEncoding('nonsense'));
  client.setDefaultEncoding('latin1');
  client.end('é');
});
