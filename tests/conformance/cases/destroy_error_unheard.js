// destroy(error) where nobody listens to 'error': it is uncaught first, and then 'close' comes.
// rows: N10 S18
// over: tcp unix

const { net, log, watch, place, where } = require('./prelude');

process.removeAllListeners('uncaughtException');
process.on('uncaughtException', (error) => log('uncaught', error));
const server = net.createServer((peer) => peer.on('error', () => {}).resume());
server.listen(place(), () => {
  const client = net.connect(where(server), () => client.destroy(new Error('connected')));
  client.on('close', (hadError) => {
    log('close', hadError);
    server.close();
    const never = new net.Socket();
    never.on('close', () => log('close of one that had no connection'));
    never.destroy(new Error('never connected'));
  });
});
