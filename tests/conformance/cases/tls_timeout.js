// The idle timeout after the handshake.
// rows: T29

const { serveOne, connect } = require('./prelude_tls');

serveOne({}, (peer, say) => {
  peer.setTimeout(30, () => {
    say('timeout', peer.timeout);
    peer.end();
  });
}, (server) => connect(server));
