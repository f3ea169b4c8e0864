// _construct(): nothing is read before its callback was called, and then it goes on by itself.
// rows: N18

const { log, watch } = require('./prelude');
const { Readable } = require('node:stream');

const source = new Readable({
  construct(callback) {
    log('_construct');
    setImmediate(() => {
      log('constructed');
      callback();
      process.nextTick(() => log('tick'));
    });
  },
  read() {
    log('_read');
    this.push('data');
    this.push(null);
  },
});
watch(log, source, 'data readable end close');
log('read', source.read());
log('main is done');
