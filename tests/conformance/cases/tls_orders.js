// The order of all events at both ends; the server answers, the client ends.
// rows: T02 T03
// over: tcp unix

const { lane, called } = require('./prelude');
const { CLIENT, serveOne, connect } = require('./prelude_tls');

serveOne({}, (peer, say) => {
  peer.once('data', () => peer.write('answer', called(say, 'written')));
}, (server) => {
  const client = connect(server, {}, CLIENT + ' ready lookup');
  client.once('data', () => client.end('bye', called(lane('client'), 'ended')));
  client.write('question', called(lane('client'), 'written'));
});
