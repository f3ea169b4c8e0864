// finished() of Sockets: it does not wait for 'close'; ended, destroyed, reset, refused.
// rows: N19
// over: tcp

const { lane, net, place, stream, where } = require('./prelude');

function run(way, next) {
  const here = lane(`${way} client`);
  const there = lane(`${way} server`);
  const server = net.createServer((peer) => {
    stream.finished(peer, (error) => there('finished', error));
    peer.on('close', (hadError) => there('close', hadError));
    peer.resume();
    if (way === 'reset') peer.resetAndDestroy();
    server.close();
  });
  server.listen(place(), () => {
    const client = net.connect(where(server));
    stream.finished(client, (error) => here('finished', error));
    stream.finished(client, { readable: false }, (error) => here('written', error));
    stream.finished(client, { writable: false }, (error) => here('read', error));
    client.on('close', (hadError) => {
      here('close', hadError);
      stream.finished(client, (error) => {
        here('later', error);
        setImmediate(next);
      });
    });
    client.resume();
    if (way === 'end') client.end('x');
    if (way === 'destroy') client.on('connect', () => client.destroy());
    if (way === 'connecting') {
      client.destroy();
      server.close();
    }
  });
}

run('end', () => run('destroy', () => run('reset', () => run('connecting', () => {}))));
