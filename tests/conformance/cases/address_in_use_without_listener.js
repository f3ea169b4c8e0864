// EADDRINUSE that nobody listens for ends the program.
// rows: S08 N13

const { net, place, where } = require('./prelude');

const first = net.createServer();
first.listen(place(), () => net.createServer().listen(where(first)));
