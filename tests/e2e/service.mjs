// `kkp-oidc serve`, the program under test, as a process of its own with KKP's flags.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Part } from './process.mjs';

/** The id that KKP gives to a user. */
export function userId(email) {
  return createHash('sha256').update(email.toLowerCase()).digest('hex');
}

/** A share link in the form that KKP's dashboard makes. */
export function shareLink(origin, parameters) {
  return `${origin}/api/v1/kubeconfig?${Object.entries(parameters).map(([key, value]) => `${key}=${value}`).join('&')}`;
}

/** The cluster file. JSON is YAML, and paths in it are relative to it. */
export function writeClusters(state, { users, projects, clusters }) {
  const path = join(state, 'clusters.yaml');
  writeFileSync(path, JSON.stringify({ users, projects, clusters }, null, 2), { mode: 0o600 });
  return path;
}

/** Where the provider sends the browser back to. */
export function redirectUri(port) {
  return `http://127.0.0.1:${port}/api/v1/kubeconfig`;
}

/** Where the provider sends the browser after a logout. */
export function loggedOutUri(port) {
  return `http://127.0.0.1:${port}/logged-out`;
}

/** Debian's libfaketime, for programs with threads. */
const FAKETIME = '/usr/lib/@/faketime/libfaketimeMT.so.1';

/** The variables by which a program is told another time of day; how time passes stays as it is. */
function clockAhead(ahead) {
  if (!ahead) return {};
  const [before, after] = FAKETIME.split('@');
  const library = readdirSync(before).map((name) => `${before}${name}${after}`).find((path) => existsSync(path));
  if (!library) throw new Error('no libfaketime here; run .ci/packages e2e');
  return { LD_PRELOAD: library, FAKETIME: `+${ahead}`, FAKETIME_DONT_FAKE_MONOTONIC: '1', FAKETIME_DONT_RESET: '1' };
}

/**
 * Start the service and wait until it knows its provider. Secrets go by environment, or with `secretFiles` by file.
 * It sees neither the home of this user nor any other variable of ours. Behind a proxy, `publicPort` is the proxy's. With
 * `ahead`, such as `61m`, its clock is ahead of everybody else's by that much.
 */
export async function startService({
  name, state, binary, keep, port, publicPort = port, provider, cookieKey, caBundle, clusters, flags = [],
  secretFiles = false, ahead,
}) {
  const origin = `http://127.0.0.1:${port}`;
  const env = { HOME: state, PATH: process.env.PATH, RUST_BACKTRACE: '1', RUST_LOG: 'debug', ...clockAhead(ahead) };
  const secrets = [];
  if (secretFiles) {
    for (const [flag, secret] of [
      ['oidc-issuer-client-secret-file', provider.clientSecret], ['oidc-issuer-cookie-hash-key-file', cookieKey],
    ]) {
      const path = join(state, `${name}.${flag}`);
      writeFileSync(path, `${secret}\n`, { mode: 0o600 });
      secrets.push(`--${flag}=${path}`);
    }
  } else {
    env.KKP_OIDC_ISSUER_CLIENT_SECRET = provider.clientSecret;
    env.KKP_OIDC_ISSUER_COOKIE_HASH_KEY = cookieKey;
  }
  const start = async () => {
    // KKP's own flags in Go's spelling with one dash, ours with two.
    const part = keep(new Part(name, state, binary, [
      'serve', `-address=127.0.0.1:${port}`, `-ca-bundle=${caBundle}`, `-oidc-url=${provider.issuer}`,
      `-oidc-issuer-client-id=${provider.clientId}`, `-oidc-issuer-redirect-uri=${redirectUri(publicPort)}`,
      '-oidc-issuer-cookie-secure-mode=false', '-oidc-issuer-offline-access-as-scope=true',
      '-feature-gates=OIDCKubeCfgEndpoint=true', `--clusters=${clusters}`, ...secrets, ...flags,
    ], { env }));
    await part.until('up', 30, async () => (await fetch(`${origin}/healthz`)).status === 200);
    await part.until('knows its provider', 30, async () => (await fetch(`${origin}/readyz`)).status === 200);
    return part;
  };
  let part = await start();
  return {
    origin,
    port,
    log: () => part.log(),
    stop: () => part.stop(),
    /** End it, and start it anew with the same arguments and files; its log goes on. */
    restart: async () => {
      assert.equal(await part.stop(), 'ended with exit code 0');
      part = await start();
    },
  };
}
