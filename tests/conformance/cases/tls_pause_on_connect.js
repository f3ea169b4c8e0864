// pauseOnConnect: nothing is read until resume().
// rows: T16

const { lane, watch, place } = require('./prelude');
const { tls, own, connect } = require('./prelude_tls');

const server = tls.createServer({ ...own('server'), pauseOnConnect: true }, (peer) => {
  const say = lane('peer');
  say('paused', peer.isPaused());
  watch(say, peer, 'data end finish close');
  setTimeout(() => {
    say('resume');
    peer.resume();
  }, 20);
  server.close();
});
server.listen(place(), () => {
  const client = connect(server);
  client.on('secureConnect', () => client.end('x'));
});
