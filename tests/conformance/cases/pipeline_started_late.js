// Stages that have ended, failed or were destroyed before pipeline() is called.
// rows: N19

const { attempt, log, see, stream } = require('./prelude');

const sink = () => new stream.Writable({ write(chunk, encoding, callback) { callback(); } });
const source = () => new stream.Readable({ read() {} });

const steps = [
  ['destination destroyed', (next) => {
    attempt(log, 'pipeline', () => stream.pipeline(source(), sink().destroy(), () => {}));
    next();
  }],
  ['middle destroyed', (next) => {
    attempt(log, 'pipeline', () => stream.pipeline(source(), new stream.PassThrough().destroy(), sink(), () => {}));
    next();
  }],
  ['source destroyed', (next) => {
    const destination = see('destination', sink());
    stream.pipeline(source().destroy(), destination, (error) => {
      log('callback', error);
      next();
    });
  }],
  ['source failed', (next) => {
    const destination = see('destination', sink());
    const failed = source();
    failed.on('error', () => {});
    failed.destroy(new Error('boom'));
    setImmediate(() => stream.pipeline(failed, destination, (error) => {
      log('callback', error);
      next();
    }));
  }],
  ['source ended', (next) => {
    const destination = see('destination', sink());
    const ended = source();
    ended.push(null);
    ended.resume();
    setImmediate(() => {
      log('ended', ended.readableEnded, ended.destroyed);
      stream.pipeline(ended, destination, (error) => {
        log('callback', error);
        next();
      });
    });
  }],
  ['source pushed its end', (next) => {
    const destination = see('destination', sink());
    const ended = source();
    ended.push('x');
    ended.push(null);
    stream.pipeline(ended, destination, (error) => {
      log('callback', error);
      next();
    });
  }],
  ['destination ended', (next) => {
    const ended = see('destination', sink());
    ended.end();
    stream.pipeline(source(), ended, (error) => {
      log('callback', error);
      next();
    });
  }],
];

(function next() {
  const step = steps.shift();
  if (step === undefined) return;
  log('--', step[0]);
  step[1](() => setImmediate(next));
})();
