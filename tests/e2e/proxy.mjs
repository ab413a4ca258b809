// A proxy in front of several processes of the service that forgets at once who was where: no sticky sessions.
import { createServer, request } from 'node:http';

/** Milliseconds after which a process that does not answer is given up. */
const PATIENCE_MS = 30_000;

/** Listen on `port`, and give each request to the next of `backends` (ports on loopback) in turn. */
export async function startRoundRobin({ port, backends }) {
  let turn = 0;
  let all = backends;
  const seen = [];
  const server = createServer((incoming, outgoing) => {
    turn = (turn + 1) % all.length;
    const backend = all[turn];
    seen.push({ backend, path: new URL(incoming.url, 'http://proxy').pathname });
    const headers = { ...incoming.headers, 'x-forwarded-for': incoming.socket.remoteAddress };
    const passedOn = request({
      host: '127.0.0.1', port: backend, method: incoming.method, path: incoming.url, headers, timeout: PATIENCE_MS,
    }, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.rawHeaders);
      answer.pipe(outgoing);
    });
    const failed = (error) => {
      if (outgoing.headersSent) outgoing.destroy(error);
      else outgoing.writeHead(502).end();
    };
    passedOn.on('timeout', () => passedOn.destroy(new Error('no answer')));
    passedOn.on('error', failed);
    incoming.pipe(passedOn);
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    origin: `http://127.0.0.1:${port}`,
    /** Who got which path, in order, since it was asked last. */
    taken: () => seen.splice(0),
    /** From now on only these. */
    leadTo: (...ports) => {
      all = ports;
    },
    stop: () => new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    }),
  };
}
