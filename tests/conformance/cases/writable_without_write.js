// Without a _write() or a _writev() there is ERR_METHOD_NOT_IMPLEMENTED; what write() throws in Node is
// an 'error' of the stream in netuv.
// rows: N18

const { log, watch, attempt } = require('./prelude');
const { Writable } = require('node:stream');

class Forgetful extends Writable {}

const stream = new Forgetful();
watch(log, stream, 'error');
attempt(log, 'write', () => stream.write('x'));
