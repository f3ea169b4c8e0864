// connect() and listen() with arguments that are left out, or are nothing that they know.
// rows: S07 S14 N14

const { net, log, lane, attempt } = require('./prelude');

const LISTEN = [
  [0, '127.0.0.1', '5'], [0, '127.0.0.1', 'x'], [0, '127.0.0.1', 5, 'x'], [0, '127.0.0.1', undefined, undefined],
  [{ port: 0, host: '127.0.0.1', backlog: '5' }], [{ port: 0, host: '127.0.0.1', path: '/nowhere/s' }],
  [{ port: undefined, path: '/nowhere/s', host: '127.0.0.1' }], [{ port: 0, host: '127.0.0.1', fd: 'x' }],
  [{}], [{ path: '' }], [''], [{ port: 'x' }], [-1],
];
LISTEN.forEach((args, index) => attempt(log, `listen ${index}`, () => {
  const server = net.createServer().listen(...args);
  server.on('listening', () => {
    lane(`listen ${index}`)(typeof server.address());
    server.close('no function');
  });
}));

const target = net.createServer((accepted) => accepted.end()).listen(0, '127.0.0.1', () => {
  const { port } = target.address();
  const CONNECT = [
    [port, '127.0.0.1', 'x'], [String(port), '127.0.0.1', undefined], [port, undefined], [port, 5],
    [{ port, host: '', path: '' }], [{ port, host: '127.0.0.1', family: 'x', hints: 'y', lookup: 5 }],
    [target.address()], [], [{}], [''], [undefined], [{ path: 5 }],
  ];
  let open = 7;
  CONNECT.forEach((args, index) => attempt(log, `connect ${index}`, () => {
    const client = net.connect(...args).resume();
    client.on('connect', () => lane(`connect ${index}`)('is there'));
    client.on('close', () => {
      open -= 1;
      if (open === 0) target.close(() => lane('end')('closed'));
    });
  }));
});
