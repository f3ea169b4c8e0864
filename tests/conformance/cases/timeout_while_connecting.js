// The idle timeout runs while the name is looked up.
// rows: S20 N08

const { net, log, watch } = require('./prelude');

const client = net.connect({
  port: 1,
  host: 'somewhere.test',
  lookup: () => {},
  timeout: 20,
});
watch(log, client, 'lookup connect error close');
log('timeout', client.timeout, client.connecting);
const alive = setInterval(() => {}, 1000);
client.on('close', () => clearInterval(alive));
client.on('timeout', () => {
  log('timeout', client.connecting);
  client.destroy();
});
