// Forty random sequences of operations: each write callback is called once, 'close' comes once.
// rows: S16 S17 S18 N10 N12
// over: tcp unix

const { net, log, watch, place, where } = require('./prelude');

// The same sequences in both languages, by a generator of one line.
let state = 1;
const random = (limit) => {
  state = (state * 16807) % 2147483647;
  return state % limit;
};
const server = net.createServer({ allowHalfOpen: true }, (peer) => {
  peer.on('error', () => {});
  peer.on('end', () => peer.end());
  peer.resume();
});
const next = (seed) => {
  if (seed === 40) return server.close();
  const counts = [];
  let left = 4 + random(12);
  const client = net.connect(where(server));
  const step = () => {
    for (; left > 0; left--) {
      const kind = random(12);
      if (kind < 5) {
        const index = counts.push(0) - 1;
        client.write(Buffer.alloc(10 ** random(7)), () => { counts[index]++; });
      } else if (kind === 5) client.cork();
      else if (kind === 6) client.uncork();
      else if (kind === 7) client.pause();
      else if (kind === 8) {
        left--;
        return process.nextTick(step);
      } else if (kind === 9 && left < 4) client.end('bye');
      else if (kind === 10 && left < 3) client.destroy();
      else if (kind === 11 && left < 3) client.destroy(new Error('boom'));
    }
    client.end();
    client.resume();
  };
  if (seed % 2) client.on('ready', step);
  else step();
  watch(log, client, 'finish end error');
  client.on('close', (hadError) => setImmediate(() => {
    log(seed, 'close', hadError, counts.length, counts.every((count) => count === 1));
    next(seed + 1);
  }));
};
server.listen(place(), () => next(0));
