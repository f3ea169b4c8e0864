// One source, two destinations; one is taken away between two chunks.
// rows: S28 N11
// over: tcp unix

const { net, log, lane, gather, place, where } = require('./prelude');

const sinks = [];
const server = net.createServer((peer) => {
  sinks.push(peer);
  if (sinks.length < 3) return;
  server.close();
  const [source, one, two] = sinks;
  source.pipe(one);
  source.pipe(two);
  source.once('data', () => process.nextTick(() => {
    source.unpipe(two);
    log('flowing', source.readableFlowing);
    two.end();
    source.write('go on');
  }));
  source.write('start');
});
server.listen(place(), () => {
  const source = net.connect(where(server), () => {
    const one = net.connect(where(server), () => {
      const two = net.connect(where(server));
      gather(lane('two'), two);
    });
    gather(lane('one'), one);
  });
  source.once('data', () => {
    source.write('first ');
    source.once('data', () => source.end('second'));
  });
});
