// A queued write that does not move counts as idle; destroy() then fails its callback.
// rows: S20 S16
// over: tcp unix

const { net, log, called, place, where } = require('./prelude');

const server = net.createServer((peer) => {
  peer.pause();
  peer.on('error', () => {});
  server.on('done', () => peer.destroy());
  server.close();
});
server.listen(place(), () => {
  const client = net.connect(where(server));
  client.on('ready', () => {
    log('write', client.write(Buffer.alloc(32 * 1024 * 1024), called(log, 'callback')));
    client.setTimeout(50);
  });
  client.once('timeout', () => {
    log('timeout');
    client.destroy();
  });
  client.on('close', (hadError) => {
    log('close', hadError);
    server.emit('done');
  });
});
