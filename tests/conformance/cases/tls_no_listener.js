// A certificate that is rejected, and nobody listens to 'error'.
// rows: T33

const { where } = require('./prelude');
const { tls, own, serveOne } = require('./prelude_tls');

serveOne(own('alone'), null, (server) => tls.connect(where(server, { servername: 'localhost' })));
