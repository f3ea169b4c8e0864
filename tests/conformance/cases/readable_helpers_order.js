// map() with several calls under way: how many, when the next one begins, and an aborted signal.
// rows: A11

const { lane, log, stream, watch } = require('./prelude');

const { Readable } = stream;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const numbers = (count) => Readable.from(Array.from({ length: count }, (_, i) => i + 1));

async function under(options, count) {
  let running = 0, most = 0;
  const mapped = numbers(count).map(async (x) => {
    most = Math.max(most, ++running);
    await sleep(x % 2 ? 4 : 1);
    running--;
    return x;
  }, options);
  const result = await mapped.toArray();
  log(Object.values(options), 'most', most, result);
}

async function ahead(options) {
  let calls = 0;
  const mapped = numbers(20).map((x) => { calls++; return x; }, options);
  await sleep(10);
  log(Object.values(options), 'before', calls);
  for await (const chunk of mapped) {
    await sleep(10);
    log('after', chunk, calls);
    break;
  }
}

async function aborted(name, call) {
  const controller = new AbortController();
  const source = numbers(10);
  watch(lane('source'), source, 'error');
  lane('source')('--', name);
  try {
    log(name, await call(source, controller));
  } catch (error) {
    log(name, 'fails', error);
  }
  await sleep(5);
  log(source.destroyed);
}

(async () => {
  await under({ concurrency: 1 }, 5);
  await under({ concurrency: 2 }, 6);
  await under({ concurrency: 3, highWaterMark: 0 }, 9);
  await under({ concurrency: 10 }, 4);
  await ahead({ concurrency: 1 });
  await ahead({ concurrency: 3 });
  await ahead({ concurrency: 2, highWaterMark: 4 });
  await aborted('map', (source, controller) => source.map((x) => {
    if (x === 3) controller.abort();
    return x;
  }, { signal: controller.signal }).toArray());
  await aborted('forEach', (source, controller) => source.forEach(async (x) => {
    log('hears', x);
    if (x === 2) controller.abort();
  }, { signal: controller.signal }));
  for (const name of ['toArray', 'take', 'drop', 'reduce', 'find']) {
    await aborted(name, (source, controller) => {
      controller.abort();
      const options = { signal: controller.signal };
      if (name === 'toArray') return source.toArray(options);
      if (name === 'reduce') return source.reduce((a, b) => a + b, 0, options);
      if (name === 'find') return source.find((x) => x, options);
      return source[name](2, options).toArray();
    });
  }
})();
