// The helpers of iterators: what they give, and what becomes of the stream.
// rows: A11

const { log, stream } = require('./prelude');

const { Readable } = stream;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const odd = async (x) => { await sleep(1); return x % 2 === 1; };
const numbers = (count = 4) => Readable.from(Array.from({ length: count }, (_, i) => i + 1));
const empty = () => Readable.from([]);

const steps = [
  ['map', (s) => s.map((x) => x * 2).toArray()],
  ['map, async', (s) => s.map(odd, { concurrency: 2 }).toArray()],
  ['filter', (s) => s.filter((x) => x > 2).toArray()],
  ['filter, async', (s) => s.filter(odd, { concurrency: 3, highWaterMark: 1 }).toArray()],
  ['flatMap', (s) => s.flatMap((x) => [x, x]).toArray()],
  ['flatMap of streams', (s) => s.flatMap((x) => numbers(x)).toArray()],
  ['forEach', (s) => s.forEach((x) => { log('hears', x); })],
  ['toArray', (s) => s.toArray()],
  ['some', (s) => s.some((x) => x === 2)],
  ['some, none', (s) => s.some((x) => x === 5)],
  ['every', (s) => s.every((x) => x < 5)],
  ['every, not', (s) => s.every((x) => x < 2)],
  ['find', (s) => s.find((x) => x > 2)],
  ['find, none', (s) => s.find((x) => x > 9)],
  ['drop', (s) => s.drop(3).toArray()],
  ['take', (s) => s.take(2).toArray()],
  ['take none', (s) => s.take(0).toArray()],
  ['drop all', (s) => s.drop(9).toArray()],
  ['reduce', (s) => s.reduce((a, b) => a + b)],
  ['reduce from', (s) => s.reduce((a, b) => a + b, 10)],
  ['reduce, async', (s) => s.reduce(async (a, b) => { await sleep(1); return a * b; })],
  ['chained', (s) => s.map((x) => x + 1).filter((x) => x > 2).drop(1).take(1).toArray()],
  ['reduce nothing', () => empty().reduce((a, b) => a + b)],
  ['reduce nothing from', () => empty().reduce((a, b) => a + b, 0)],
  ['every of nothing', () => empty().every(() => false)],
  ['some of nothing', () => empty().some(() => true)],
  ['map fails', (s) => s.map((x) => { throw new Error(`boom ${x}`); }).toArray()],
  ['forEach fails', (s) => s.forEach(async (x) => { if (x === 2) throw new Error('boom'); })],
  ['filter fails late', (s) => s.filter(
    async (x) => { if (x === 2) throw new Error('late'); return true; }, { concurrency: 2 }).toArray()],
  ['reduce fails', (s) => s.reduce(() => { throw new Error('boom'); })],
  ['flatMap of a number', (s) => s.flatMap((x) => x).toArray().catch(() => 'refused')],
  ['map to null', (s) => s.map(() => null).toArray()],
  ['of one that fails', () => numbers().map((x) => x).map(() => { throw new Error('second'); }).toArray()],
  ['no function', (s) => s.map(5)],
  ['forEach of no function', (s) => s.forEach('x')],
  ['no concurrency', (s) => s.map((x) => x, { concurrency: 0 })],
  ['a negative mark', (s) => s.map((x) => x, { highWaterMark: -1 })],
  ['a negative number', (s) => s.take(-1)],
  ['a wrong signal', (s) => s.map((x) => x, { signal: 5 })],
];

(async () => {
  for (const [name, call] of steps) {
    const source = numbers();
    source.on('error', () => {});
    try {
      log(name, await call(source));
    } catch (error) {
      log(name, 'fails', error);
    }
    await sleep(3);
    log(source.destroyed, source.readableEnded);
  }
})();
