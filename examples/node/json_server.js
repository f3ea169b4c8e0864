// Calls as JSON, one a line: {"id": 1, "call": "add", "with": [1, 2]} is answered by {"id":1,"result":3}.
//
// Usage: node examples/node/json_server.js [port or path]      (8124 by default, 0 for a free port)

const net = require('net');

const LONGEST_LINE = 65536;

const calls = {
  add: (...numbers) => numbers.reduce((sum, number) => sum + number, 0),
  reverse: (text) => [...text].reverse().join(''),
};

function answer(line) {
  let id = null;
  try {
    const question = JSON.parse(line);
    id = question.id;
    if (!Object.hasOwn(calls, question.call)) return { id, error: `no call ${question.call}` };
    return { id, result: calls[question.call](...question.with) };
  } catch (error) {
    return { id, error: 'not understood' };
  }
}

const server = net.createServer((socket) => {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    socket.cork();
    for (const line of lines) socket.write(JSON.stringify(answer(line)) + '\n');
    socket.uncork();
    if (rest.length > LONGEST_LINE) socket.destroy();
  });
  socket.on('error', (error) => console.log(error.message));
});

server.listen(process.argv[2] || 8124, () => {
  const where = server.address();
  console.log('calls on', where.port || where);
});
