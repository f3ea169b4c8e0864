// Options as programs have them: none of their values is asked for more than Node asks.
// rows: N08 N14

const { net, log, attempt } = require('./prelude');

const VALUES = {
  nothing: undefined, false: false, zero: 0, 'empty text': '', text: 'x', five: 5, 'five as text': '5', true: true,
  'not a number': NaN, 'less than zero': -1,
};
const OPTIONS = {
  socket: `allowHalfOpen keepAlive noDelay onread readable signal type writable rejectUnauthorized objectMode
    decodeStrings encoding autoDestroy timeout keepAliveInitialDelay`,
  connect: `allowHalfOpen host localAddress path port timeout rejectUnauthorized family hints lookup`,
  server: 'allowHalfOpen keepAlive keepAliveInitialDelay noDelay pauseOnConnect highWaterMark requestCert',
  listen: 'backlog exclusive host ipv6Only path readableAll writableAll ALPNProtocols',
};
const CALLS = {
  socket: (options) => new net.Socket(options),
  connect: (options) => net.connect({ port: 1, host: '127.0.0.1', ...options }).on('error', () => {}).destroy(),
  server: (options) => net.createServer(options),
  listen: (options) => net.createServer().listen({ port: 0, host: '127.0.0.1', ...options }).close(),
};
for (const [call, names] of Object.entries(OPTIONS)) {
  for (const option of names.split(/\s+/)) {
    for (const [name, value] of Object.entries(VALUES)) {
      if (option === 'host' && name.includes('text')) continue; // some would be looked up
      attempt(log, `${call} ${option} ${name}`, () => CALLS[call]({ [option]: value }));
    }
  }
}
