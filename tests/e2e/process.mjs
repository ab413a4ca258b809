// Child processes with a log each. Whatever is started here is ended by its process id, also when this process is
// interrupted or fails; waiting always has a limit.
import { execFile, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** Lines of each log that a report of a failure shows. */
const REPORTED_LINES = 150;

/** Seconds between SIGTERM and SIGKILL. */
const GRACE_SECONDS = 15;

const running = new Set();

process.on('exit', () => {
  for (const part of running) part.kill('SIGKILL');
});
for (const [signal, code] of [['SIGHUP', 129], ['SIGINT', 130], ['SIGTERM', 143]]) {
  process.on(signal, () => process.exit(code));
}

/** One started program; `name.log` in the state folder holds what it said on stdout and stderr. */
export class Part {
  constructor(name, state, command, args, { env = process.env } = {}) {
    this.name = name;
    this.logFile = join(state, `${name}.log`);
    const log = openSync(this.logFile, 'a', 0o600);
    this.child = spawn(command, args, { cwd: state, env, stdio: ['ignore', log, log] });
    closeSync(log);
    running.add(this);
    this.ended = new Promise((resolve) => {
      this.child.once('error', (error) => resolve(`did not start: ${error.message}`));
      this.child.once('exit', (code, signal) => resolve(`ended with ${signal ?? `exit code ${code}`}`));
    }).then((how) => {
      running.delete(this);
      this.how = how;
    });
    if (this.child.pid) writeFileSync(join(state, `${name}.pid`), `${this.child.pid}\n`);
  }

  log() {
    return readFileSync(this.logFile, 'utf8');
  }

  kill(signal) {
    if (!this.how) this.child.kill(signal);
  }

  /** End it and wait for that; resolves to how it ended. */
  async stop() {
    this.kill('SIGTERM');
    const timer = setTimeout(() => this.kill('SIGKILL'), GRACE_SECONDS * 1000);
    await this.ended;
    clearTimeout(timer);
    return this.how;
  }

  /** Wait until `ready` gives something truthy; fails at once when the program has ended. */
  until(what, seconds, ready) {
    return until(`${this.name}: ${what}`, seconds, () => {
      if (this.how) throw new Fatal(`${this.name} ${this.how}, waiting for: ${what}`);
      return ready();
    });
  }
}

/** An error that waiting does not outlast. */
class Fatal extends Error {}

/** Call `attempt` until it gives something truthy, which is returned. The last failure is told when time is up. */
export async function until(what, seconds, attempt) {
  const end = Date.now() + seconds * 1000;
  let last;
  for (;;) {
    try {
      const value = await attempt();
      if (value) return value;
    } catch (error) {
      if (error instanceof Fatal) throw error;
      last = error;
    }
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`, { cause: last });
    await pause(200);
  }
}

/** The outcome of `promise`, or an error when time is up first. */
export function within(seconds, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${seconds} s`)), seconds * 1000);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Run a program to its end. Exit codes are for the caller to judge; a program that does not end in time is killed. */
export function run(command, args, { env = process.env, cwd, input, seconds = 60 } = {}) {
  return new Promise((resolve, reject) => {
    const options = { cwd, env, timeout: seconds * 1000, killSignal: 'SIGKILL', maxBuffer: 16 << 20 };
    const child = execFile(command, args, options, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') reject(error);
      else resolve({ code: error ? error.code : 0, stdout, stderr });
    });
    // A program that ends without reading its input says by its exit code what that means.
    child.stdin.on('error', () => {});
    child.stdin.end(input ?? '');
  });
}

/** Run a program that has to succeed; gives its stdout. */
export async function output(command, args, options) {
  const { code, stdout, stderr } = await run(command, args, options);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: exit code ${code}\n${stderr}`);
  return stdout;
}

/** Ports that nobody listens on now, all different. */
export async function freePorts(count) {
  const servers = [];
  for (let i = 0; i < count; i += 1) {
    const server = createServer();
    await new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    servers.push(server);
  }
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => { server.close(resolve); })));
  return ports;
}

/** A folder in `parent` that only this user can read. */
export function folder(parent, name) {
  const path = join(parent, name);
  mkdirSync(path, { mode: 0o700 });
  return path;
}

/** The ends of all logs, for a person who looks for the reason of a failure. */
export function report(logFiles) {
  for (const file of logFiles) {
    let text;
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      text = `(${error.message})`;
    }
    const lines = text.trimEnd().split('\n');
    const left = Math.max(0, lines.length - REPORTED_LINES);
    process.stderr.write(`--- ${file}${left ? ` (${left} lines before left out)` : ''}\n`);
    process.stderr.write(`${lines.slice(left).join('\n')}\n`);
  }
}
