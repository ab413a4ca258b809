// The main job on real parts: share link, login, kubeconfig, kubectl.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { after, before } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { NO_PODS, claims, forbidden } from './kubectl.mjs';
import { output, until } from './process.mjs';
import { World } from './world.mjs';

const LUKASZ = 'lukasz@kubermatic.com';
const ANNA = 'anna@kubermatic.com';

/** Seconds within which a change of RBAC, or the start of OIDC in kube-apiserver, has to show. */
const SETTLED = 60;

const world = new World();
/** Paths of the downloaded files that scenarios hand on. */
const files = {};
/** How often a binding was made: each manifest is a file of its own. */
let bindings = 0;
/** Everybody who came, for what they have seen. */
const visitors = [];

before(() => world.watch(300, () => world.start()));
after(() => world.stop(), { timeout: 120_000 });

async function visitor() {
  const person = await world.browser.visitor();
  visitors.push(person);
  return person;
}

/** Save a downloaded kubeconfig; gives its path. */
const keep = (name, { text }) => world.kubectl.save(name, text);

const getPods = (path) => world.kubectl.run(path, 'get', 'pods');

/** Poll until `kubectl get pods` says exactly this. */
async function untilPods(path, expected) {
  let last;
  const settled = until('kubectl get pods as expected', SETTLED, async () => {
    last = await getPods(path);
    return JSON.stringify(last) === JSON.stringify(expected);
  });
  await settled.catch(() => {});
  assert.deepEqual(last, expected);
}

async function tokens(path) {
  const { config } = (await world.kubectl.view(path)).users[0].user['auth-provider'];
  return { id: config['id-token'], refresh: config['refresh-token'] };
}

async function untilExpired(token) {
  await pause(Math.max(0, (claims(token).exp + 1) * 1000 - Date.now()));
}

/** After the ID token has expired kubectl gets a new one, with a new refresh token, and keeps both in the file. */
async function refreshes(path) {
  const old = await tokens(path);
  await untilExpired(old.id);
  const before = world.provider.refreshes();
  assert.deepEqual(await getPods(path), NO_PODS);
  assert.equal(world.provider.refreshes(), before + 1);
  const fresh = await tokens(path);
  assert.notEqual(fresh.id, old.id);
  assert.notEqual(fresh.refresh, old.refresh);
  assert.ok(claims(fresh.id).exp * 1000 > Date.now());
  assert.equal(claims(fresh.id).email, LUKASZ);
}

/** Give Lukasz the role of KKP's documentation, by the manifest that the program prints. */
async function bind() {
  const manifest = await output(process.env.KKP_OIDC_BINARY, [
    'rbac', '--name=lukaszviewer', `--user=${LUKASZ}`, '--role=view', '--format=manifest']);
  bindings += 1;
  return world.cluster.kubectl('create', '-f', world.kubectl.save(`binding-${bindings}.yaml`, manifest));
}
const unbind = () => world.cluster.kubectl('delete', 'clusterrolebinding', 'lukaszviewer');

/** What client-go has to read from a downloaded file. */
function expectedView(cluster, email, user) {
  const { id, server } = cluster;
  const ca = Buffer.from(world.cluster.caPem).toString('base64');
  return {
    kind: 'Config',
    apiVersion: 'v1',
    preferences: {},
    clusters: [{ name: id, cluster: { server, 'certificate-authority-data': ca } }],
    users: [{ name: email, user }],
    contexts: [{ name: id, context: { cluster: id, user: email } }],
    'current-context': id,
  };
}

world.scenario('a link leads through the login to a kubeconfig for who logs in', 180, async () => {
  const { provider } = world;
  const person = await visitor();
  const file = await person.download(world.link(world.first), 'lukasz');
  assert.equal(file.name, 'kubeconfig-lab7x9k2mp');
  files.lukasz = keep('lukasz.kubeconfig', file);

  const view = await world.kubectl.view(files.lukasz);
  const { id, refresh } = await tokens(files.lukasz);
  const ca = view.users[0].user['auth-provider'].config['idp-certificate-authority-data'];
  assert.deepEqual(view, expectedView(world.first, LUKASZ, {
    'auth-provider': {
      name: 'oidc',
      config: {
        'client-id': provider.clientId,
        'client-secret': provider.clientSecret,
        'id-token': id,
        'idp-certificate-authority-data': ca,
        'idp-issuer-url': provider.issuer,
        'refresh-token': refresh,
      },
    },
  }));
  assert.equal(claims(id).email, LUKASZ);
  assert.equal(claims(id).iss, provider.issuer);
  // Of the three roots in the bundle only the one that anchors the issuer's chain is handed on.
  const handedOn = Buffer.from(ca, 'base64').toString();
  assert.equal(handedOn.match(/-----BEGIN /g).length, 1);
  assert.equal(new X509Certificate(handedOn).fingerprint256, new X509Certificate(world.providerRootPem).fingerprint256);
});

world.scenario('the file gives what RBAC gives its user, and no more', 300, async () => {
  // The older form of the link, which names a datacenter.
  const person = await visitor();
  files.anna = keep('anna.kubeconfig', await person.download(world.link(world.first, { datacenter: 'europe-west3' }), 'anna'));

  await untilPods(files.lukasz, forbidden(LUKASZ));
  assert.equal(await bind(), 'clusterrolebinding.rbac.authorization.k8s.io/lukaszviewer created\n');
  await untilPods(files.lukasz, NO_PODS);
  await untilPods(files.anna, forbidden(ANNA));
  await unbind();
  await untilPods(files.lukasz, forbidden(LUKASZ));
});

world.scenario('kubectl refreshes by itself after the ID token has expired', 240, async () => {
  await bind();
  await untilPods(files.lukasz, NO_PODS);
  const { id } = await tokens(files.lukasz);
  await untilExpired(id);

  // The expired token alone is worth nothing, once kube-apiserver has forgotten that it accepted it.
  const stale = await world.kubectl.view(files.lukasz);
  stale.users[0].user = { token: id };
  await untilPods(world.kubectl.save('stale.kubeconfig', JSON.stringify(stale)), {
    code: 1, stdout: '', stderr: 'error: You must be logged in to the server (Unauthorized)\n',
  });

  world.provider.settings.idTokenSeconds = 15;
  await refreshes(files.lukasz);
  await refreshes(files.lukasz);
});

world.scenario('two tabs with two clusters both get theirs', 120, async () => {
  const person = await visitor();
  const first = await person.open(world.link(world.first));
  const second = await person.open(world.link(world.second));
  await first.logIn('lukasz');
  await second.logIn('lukasz');
  const files = [await second.consent(), await first.consent()];
  assert.deepEqual(files.map(({ name }) => name), ['kubeconfig-second4q8w', 'kubeconfig-lab7x9k2mp']);
  for (const [file, cluster] of [[files[0], world.second], [files[1], world.first]]) {
    const path = keep(`tab-${cluster.id}.kubeconfig`, file);
    const { user } = (await world.kubectl.view(path)).users[0];
    assert.deepEqual(await world.kubectl.view(path), expectedView(cluster, LUKASZ, user));
    await untilPods(path, NO_PODS);
  }
});

world.scenario('a repeated callback is refused and spoils nothing', 120, async () => {
  const person = await visitor();
  const tab = await person.open(world.link(world.first));
  await tab.logIn('lukasz');
  const path = keep('repeated.kubeconfig', await tab.consent());

  const again = await tab.open(person.callback());
  assert.equal(again.status(), 400);
  assert.match(again.headers()['content-type'], /^text\/html/);
  assert.match(await tab.text(), /\bflow_used\b/);
  assert.equal(tab.downloads, 1);
  await tab.picture('error-flow-used');
  await refreshes(path);
});

world.scenario('who says no gets a page that says so, and no file', 60, async () => {
  const person = await visitor();
  const tab = await person.open(world.link(world.first));
  await tab.picture('provider-login');
  await tab.logIn('lukasz');
  await tab.picture('provider-consent');
  await tab.refuse();
  assert.equal(tab.response.status(), 400);
  assert.match(tab.response.headers()['content-type'], /^text\/html/);
  assert.match(await tab.text(), /\baccess_denied\b/);
  assert.equal(tab.downloads, 0);
  await tab.picture('error-access-denied');
});

/** The text of the `users` list in kubelogin mode, as spec 6.2 has it. */
function execUsers(...lastArgs) {
  const { clientId, clientSecret, issuer } = world.provider;
  return `users:
- name: ${LUKASZ}
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      args:
      - oidc-login
      - get-token
      - --oidc-issuer-url=${issuer}
      - --oidc-client-id=${clientId}
      - --oidc-client-secret=${clientSecret}
      - --oidc-extra-scope=email
      - --oidc-extra-scope=groups
${lastArgs.map((arg) => `      - ${arg}\n`).join('')}      command: kubectl
      env: null
      interactiveMode: Never
      provideClusterInfo: false
`;
}

const usersOf = (text) => text.slice(text.indexOf('\nusers:\n') + 1);

world.scenario('in kubelogin mode the file has the exec section and no token', 120, async () => {
  const root = Buffer.from(world.providerRootPem).toString('base64');
  for (const [name, service, lastArgs] of [
    ['exec.kubeconfig', world.service, [`--certificate-authority-data=${root}`]],
    ['exec-as-kkp.kubeconfig', world.kkpService, []],
  ]) {
    const person = await visitor();
    const file = await person.download(world.link(world.first, { service, oidc_kubelogin_enabled: 'true' }), 'lukasz');
    assert.equal(file.name, 'kubeconfig-lab7x9k2mp');
    assert.equal(usersOf(file.text), execUsers(...lastArgs));
    const view = await world.kubectl.view(keep(name, file));
    assert.deepEqual(view, expectedView(world.first, LUKASZ, view.users[0].user));
    assert.equal(view.users[0].user.exec.command, 'kubectl');
    // Neither a refresh token nor a second consent is asked for, so nothing of both goes over the wire.
    const asked = new URL(person.addresses.find((address) => address.startsWith(`${world.provider.issuer}/auth?`)));
    assert.equal(asked.searchParams.get('scope'), 'openid email groups');
    assert.equal(asked.searchParams.has('prompt'), false);
  }
});

// Last, because it looks back at everything above.
world.scenario('no secret is in a log, at the most talkative level', 60, async () => {
  const secrets = [
    ['client secret', world.provider.clientSecret],
    ...world.cookieKeys.map((key) => ['cookie key', key]),
    ...world.provider.secrets(),
  ];
  for (const person of visitors) {
    for (const address of person.addresses) {
      const query = new URL(address).searchParams;
      for (const name of ['code', 'state', 'nonce', 'code_challenge']) {
        if (query.has(name)) secrets.push([name, query.get(name)]);
      }
    }
    secrets.push(...person.cookieValues.map((value) => ['flow cookie', value]));
  }
  assert.deepEqual([...new Set(secrets.map(([name]) => name))].sort(), [
    'access_token', 'client secret', 'code', 'code_challenge', 'code_verifier', 'cookie key', 'flow cookie', 'id_token',
    'nonce', 'refresh_token', 'state',
  ]);

  for (const service of [world.service, world.kkpService]) {
    const log = service.log();
    assert.notEqual(log, '');
    const found = secrets.filter(([, value]) => [value, encodeURIComponent(value)].some((form) => log.includes(form)));
    assert.deepEqual([...new Set(found.map(([name]) => name))], []);
  }
});
