// An abort signal closes the server; one that was aborted before does so at once.
// rows: N05
// over: tcp unix

const { net, log, lane, watch, attempt, place } = require('./prelude');

const controller = new AbortController();
const server = net.createServer();
watch(log, server, 'listening error close');
server.listen(place({ signal: controller.signal }), () => {
  log('abort');
  controller.abort();
  log('listening', server.listening);
});
const late = net.createServer();
watch(lane('late'), late, 'listening error close');
late.listen(place({ signal: AbortSignal.abort() }));
attempt(log, 'no signal', () => net.createServer().listen(place({ signal: 'x' })));
