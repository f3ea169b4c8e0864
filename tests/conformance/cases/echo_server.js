// The echo server and its client.
// rows: S02 S05 S28
// over: tcp unix

const { net, lane, place, where } = require('./prelude');

const server = net.createServer((c) => {
  const say = lane('server');
  say('client connected');
  c.on('end', () => say('client disconnected'));
  c.write('hello\r\n');
  c.pipe(c);
  server.close();
});
server.listen(place(), () => {
  lane('server')('bound');
  const say = lane('client');
  const client = net.connect(where(server), () => {
    say('connected');
    client.write('world!\r\n');
  });
  let text = '';
  client.on('data', (data) => {
    text += data.toString();
    if (text.length < 15) return;
    say('data', text);
    client.end();
  });
  client.on('end', () => say('disconnected'));
});
