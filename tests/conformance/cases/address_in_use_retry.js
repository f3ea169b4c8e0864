// The retry after EADDRINUSE: wait, close, listen again.
// rows: S08
// over: tcp unix

const { net, log, watch, place, where } = require('./prelude');

const first = net.createServer();
first.listen(place(), () => {
  const target = where(first);
  const second = net.createServer();
  watch(log, second, 'listening error');
  second.on('error', (error) => {
    if (error.code !== 'EADDRINUSE') return;
    first.close();
    setTimeout(() => {
      second.close();
      second.listen(target);
    }, 10);
  });
  second.on('listening', () => second.close());
  second.listen(target);
});
