'use strict';
// What every JavaScript program here shares; prelude.py is its twin.
//
// A program calls log(...) or a lane's logger; the lines are printed when it ends, lane by lane in
// the order of their names, because the order between two ends of a connection is not certain.
// Values are normalised, and ports and paths are replaced by names, so that two runs
// print the same.

const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const stream = require('node:stream');

const over = process.argv[2] || 'tcp';  // the transport: tcp, tcp6 or unix
const lanes = new Map();
const hidden = [];
let directory = null;

function escape(text) {
  return text.replace(/[\\\x00-\x1f\x7f]/g, (c) =>
    c === '\\' ? '\\\\' : c === '\n' ? '\\n' : c === '\r' ? '\\r' :
      '\\x' + c.charCodeAt(0).toString(16).padStart(2, '0'));
}

function show(value) {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return escape(value);
  if (value instanceof Uint8Array) return `<${escape(Buffer.from(value).toString('latin1'))}>`;
  if (value instanceof Error) return String(value.code ?? value.message);
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`;
  if (typeof value === 'function') return 'function';
  if (typeof value === 'object') return value.constructor.name;
  return String(value);
}

// Every mention of value is printed as name.
function hide(value, name) {
  hidden.push([String(value), name]);
  return value;
}

// A logger whose lines stay together.
function lane(name) {
  if (!lanes.has(name)) lanes.set(name, []);
  const lines = lanes.get(name);
  return (...values) => { lines.push(values.map(show).join(' ')); };
}

function log(...values) {
  lane('')(...values);
}

// An error in full.
function describe(error) {
  return [error.code, error.syscall, error.address, error.port, error.message]
    .map(show).join('; ');
}

// Log these events of an emitter with their arguments.
function watch(say, emitter, names) {
  for (const name of names.split(' ')) {
    emitter.on(name, (...args) => say(name, ...args));
  }
  return emitter;
}

// Log these events of a stream with its name in front.
function see(name, emitter, names = 'end finish error close') {
  return watch((...values) => log(name, ...values), emitter, names);
}

// A callback that logs its arguments under this name.
function called(say, name) {
  return (...args) => say(name, ...args);
}

// Log what a call raises at once, or that it does not.
function attempt(say, name, call) {
  try {
    call();
  } catch (error) {
    say(name, 'throws', error);
    return;
  }
  say(name, 'passes');
}

// Log all that a stream reads, when it ends: how it arrives in pieces is the kernel's choice.
function gather(say, readable) {
  const parts = [];
  readable.on('data', (data) => parts.push(data));
  readable.on('end', () => {
    const whole = typeof parts[0] === 'string' ? parts.join('') : Buffer.concat(parts);
    if (whole.length > 100) say('received', whole.length);
    else say('received', whole);
  });
  return readable;
}

function tempPath() {
  directory ??= fs.mkdtempSync(path.join(os.tmpdir(), 'net-'));
  const count = hidden.filter(([, name]) => name.startsWith('PATH')).length;
  const result = path.join(directory, `${count}.sock`);
  return hide(result, count ? `PATH${count + 1}` : 'PATH');
}

// Listen options for a fresh place of this run's transport.
function place(options = {}) {
  if (over === 'unix') return { path: tempPath(), ...options };
  return { port: 0, host: over === 'tcp6' ? '::1' : '127.0.0.1', ...options };
}

// Connect options that lead to a listening server.
function where(server, options = {}) {
  const address = server.address();
  if (typeof address === 'string') return { path: address, ...options };
  if (!hidden.some(([value]) => value === String(address.port))) {
    const count = hidden.filter(([, name]) => name.startsWith('PORT')).length;
    hide(address.port, count ? `PORT${count + 1}` : 'PORT');
  }
  return { port: address.port, host: address.address, ...options };
}

function flush() {
  if (directory !== null) fs.rmSync(directory, { recursive: true, force: true });
  const names = [...hidden].sort((a, b) => b[0].length - a[0].length);
  const out = [];
  for (const name of [...lanes.keys()].sort()) {
    for (let line of lanes.get(name)) {
      for (const [value, word] of names) {
        const number = /^[0-9]+$/.test(value);
        const found = number ? new RegExp(`(?<![0-9])${value}(?![0-9])`, 'g') : value;
        line = line.replaceAll(found, word);
      }
      out.push((name ? `${name}: ${line}` : line) + '\n');
    }
  }
  fs.writeSync(1, out.join(''));
}

process.on('uncaughtException', (error) => {
  log('uncaught', error);
  process.exit();
});
process.on('exit', flush);

setTimeout(() => {
  log('TIMEOUT');
  process.exit(3);
}, 30000).unref();

module.exports = {
  net, stream, over, log, lane, describe, watch, see, called, attempt, gather, hide, tempPath, place, where,
};
