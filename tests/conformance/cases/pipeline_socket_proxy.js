// A proxy of two pipelines: the target goes away in the middle, and both connections close.
// rows: N19
// over: tcp unix

const { lane, net, place, stream, where } = require('./prelude');

const target = net.createServer((peer) => {
  const say = lane('target');
  peer.on('data', (data) => {
    say('data', data);
    peer.destroy();
    target.close();
  });
  peer.on('close', (hadError) => say('close', hadError));
});
const proxy = net.createServer((peer) => {
  const say = lane('proxy');
  const onward = net.connect(where(target));
  let count = 0;
  for (const [name, from, to] of [['there', peer, onward], ['back', onward, peer]]) {
    stream.pipeline(from, to, (error) => {
      lane(`proxy ${name}`)('callback', error);
      if (++count === 2) say('destroyed', peer.destroyed, onward.destroyed);
    });
  }
  proxy.close();
});
target.listen(place(), () => proxy.listen(place(), () => {
  const say = lane('client');
  const client = net.connect(where(proxy));
  client.on('end', () => say('end'));
  client.on('close', (hadError) => say('close', hadError));
  client.resume();
  client.write('x');
}));
