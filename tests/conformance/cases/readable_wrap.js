// wrap(): an emitter that only knows 'data' and 'end' becomes a stream, and is held back.
// rows: N18

const { log, lane, watch } = require('./prelude');
const { EventEmitter } = require('node:events');
const { Readable } = require('node:stream');

class Old extends EventEmitter {
  constructor(say) { super(); this.say = say; }
  pause() { this.say('pause'); }
  resume() { this.say('resume'); }
}

const old = new Old(log);
const source = new Readable({ highWaterMark: 5 });
log('same', source.wrap(old) === source);
watch(log, source, 'end close');
old.emit('data', Buffer.from('abc'));
old.emit('data', Buffer.from('defg'));
log('length', source.readableLength);
log('read', source.read());
setImmediate(() => {
  source.on('data', (data) => log('data', data));
  old.emit('data', Buffer.from('hi'));
  old.emit('end');
});
for (const event of ['close', 'destroy', 'error']) {
  const say = lane(event);
  const emitter = new Old(say);
  watch(say, new Readable().wrap(emitter), 'data end error close').resume();
  emitter.emit(event, event === 'error' ? new Error('old one') : undefined);
}
