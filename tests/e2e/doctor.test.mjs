// `kkp-oidc doctor --online` against a real provider over HTTPS.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before } from 'node:test';

import { makeIntermediate, makeRoot, makeServer } from './pki.mjs';
import { freePorts } from './process.mjs';
import { startProvider } from './provider.mjs';
import { World, setting } from './world.mjs';

const REDIRECT_URI = 'https://kkp.example.com/api/v1/kubeconfig';
const ALL = [
  'dns', 'tls', 'discovery', 'scopes', 'response-types', 'pkce', 'algorithms', 'clock', 'keys', 'redirect-uri', 'client',
];

const world = new World();
let root;
let otherRoot;

before(() => world.watch(60, async () => {
  const { state } = world;
  const [port] = await freePorts(1);
  root = await makeRoot(state, 'provider-root', 'Provider Root');
  otherRoot = await makeRoot(state, 'other-root', 'Other Root');
  const intermediate = await makeIntermediate(state, 'intermediate', 'Provider Intermediate', root);
  const tls = await makeServer(state, 'provider', intermediate, [intermediate]);
  world.provider = world.keep(await startProvider({ state, port, tls, redirectUris: [REDIRECT_URI] }));
}));
after(() => world.stop(), { timeout: 60_000 });

/** What doctor says of an installation with these settings: the probes by their state, and the exit status. */
async function doctor({ ca = root, issuer = world.provider.issuer, secret = world.provider.clientSecret, redirectUri = REDIRECT_URI }) {
  const path = join(world.state, 'values.yaml');
  const caBundle = readFileSync(ca.certificate).toString('base64');
  writeFileSync(path, `\
kubermatic:
  domain: kkp.example.com
  auth:
    tokenIssuer: ${issuer}
    clientID: kubermatic
    serviceAccountKey: "b1946ac92492d2347c6235b4d2611184b1946ac9"
    issuerRedirectURL: ${redirectUri}
    issuerClientID: ${world.provider.clientId}
    issuerClientSecret: "${secret}"
    issuerCookieKey: e1f5ac4f8cc8b33a4b0d6c7f5b1c9d27
    caBundle: ${caBundle}
  api:
    featureGates: OIDCKubeCfgEndpoint=true
  controller:
    featureGates: OpenIDAuthPlugin=true
  ui:
    config: '{"share_kubeconfig": true}'
`, { mode: 0o600 });
  const env = { HOME: world.state, PATH: process.env.PATH };
  const arguments_ = ['doctor', '--online', '--output', 'json', path];
  const { code, stdout, stderr } = await new Promise((resolve) => {
    execFile(setting('KKP_OIDC_BINARY'), arguments_, { env, timeout: 60_000 }, (error, out, err) => {
      resolve({ code: error ? error.code : 0, stdout: out, stderr: err });
    });
  });
  assert.ok(!(stdout + stderr).includes(secret), 'no secret is shown');
  const { findings, providers: [{ probes }] } = JSON.parse(stdout);
  const of = (state) => probes.filter((probe) => probe.state === state).map(({ name }) => name);
  return { code, findings, ok: of('ok'), warning: of('warning'), failed: of('failed'), probes };
}

world.scenario('an installation that fits its provider is well', 60, async () => {
  const { code, findings, ok, warning, failed, probes } = await doctor({});
  assert.deepEqual({ code, findings, ok, warning, failed }, { code: 0, findings: [], ok: ALL, warning: [], failed: [] }, JSON.stringify(probes));
});

world.scenario('a CA bundle that does not lead to the provider is named', 60, async () => {
  const { code, failed, probes } = await doctor({ ca: otherRoot });
  assert.equal(code, 1);
  assert.deepEqual(failed, ['tls', 'discovery'], JSON.stringify(probes));
  assert.match(probes.find(({ name }) => name === 'tls').message, /refuses the server with the CA bundle in the files/);
});

world.scenario('a wrong client secret is told from a code that does not exist', 60, async () => {
  const { code, failed } = await doctor({ secret: 'not-the-secret-of-this-client' });
  assert.deepEqual({ code, failed }, { code: 1, failed: ['client'] });
});

world.scenario('a redirect URI that is not registered is refused', 60, async () => {
  const { code, failed } = await doctor({ redirectUri: 'https://other.example.com/api/v1/kubeconfig' });
  assert.deepEqual({ code, failed }, { code: 1, failed: ['redirect-uri'] });
});

world.scenario('a slash too much in the issuer is seen', 60, async () => {
  const { code, failed } = await doctor({ issuer: `${world.provider.issuer}/` });
  assert.deepEqual({ code, failed }, { code: 1, failed: ['discovery'] });
});
