// Channels: their subscribers, in order, twice, while a message is published; one that throws.
// rows: N23

const diagnostics_channel = require('node:diagnostics_channel');
const { log, attempt, called } = require('./prelude');

process.removeAllListeners('uncaughtException');
process.on('uncaughtException', (error) => log('uncaught', error));
const channel = diagnostics_channel.channel('some channel');
log('same', diagnostics_channel.channel('some channel') === channel, channel.name);
log('nobody', channel.hasSubscribers, diagnostics_channel.hasSubscribers('some channel'));
attempt(log, 'number', () => diagnostics_channel.channel(5));
attempt(log, 'no function', () => channel.subscribe('x'));
channel.publish('unheard');
const f = called(log, 'f');
const g = called(log, 'g');
channel.subscribe(f);
diagnostics_channel.subscribe('some channel', g);
channel.subscribe(f);
channel.publish('one');
log('unsubscribed', channel.unsubscribe(f), channel.hasSubscribers);
log('unsubscribed', diagnostics_channel.unsubscribe('some channel', f), channel.unsubscribe(f));
channel.publish('two');
const once = (message) => {
  log('once', message);
  channel.unsubscribe(once);
  channel.unsubscribe(g);
  channel.subscribe(f);
};
channel.unsubscribe(g);
channel.subscribe(once);
channel.subscribe(g);
channel.publish('three');
channel.publish('four');
log('unsubscribed', channel.unsubscribe(f), channel.hasSubscribers, channel.unsubscribe(5));
const boom = () => { throw new Error('boom'); };
channel.subscribe(boom);
channel.subscribe(g);
channel.publish('five');
log('published');
