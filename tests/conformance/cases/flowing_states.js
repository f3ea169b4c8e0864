// readableFlowing and isPaused() as listeners come and go.
// rows: N11 S19
// over: tcp unix

const { net, log, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.resume();
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  const say = (what) => log(what, client.readableFlowing, client.isPaused());
  say('start');
  client.pause();
  say('pause');
  client.resume();
  say('resume');
  client.pause();
  const listener = () => {};
  client.on('data', listener);
  say('data listener on a paused socket');
  client.resume();
  client.off('data', listener);
  say('data listener off');
  client.on('readable', listener);
  say('readable listener');
  client.off('readable', listener);
  say('readable listener off');
  setImmediate(() => {
    say('later');
    client.destroy();
  });
});
