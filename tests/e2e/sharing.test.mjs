// Share links of our own on real parts: owner and recipient in browsers of their own, then kubectl.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';

import { NO_PODS, claims, forbidden } from './kubectl.mjs';
import { Person } from './person.mjs';
import { until } from './process.mjs';
import { World } from './world.mjs';

const LUKASZ = 'lukasz@kubermatic.com';
const OWNER = 'owner@kubermatic.com';

/** Seconds within which a change of RBAC, or the start of OIDC in kube-apiserver, has to show. */
const SETTLED = 60;

const world = new World();
const people = [];

before(() => world.watch(300, () => world.start({ sharing: true })));
after(() => world.stop(), { timeout: 120_000 });

async function person(options = {}) {
  const context = await world.browser.context({ locale: 'en-GB', acceptDownloads: true, ...options });
  const { service, provider } = world;
  const somebody = new Person(context, { origin: service.origin, issuer: provider.issuer });
  people.push(somebody);
  return somebody;
}

/** A scenario whose browsers go when it ends, and must not have complained. */
function journey(name, seconds, action) {
  world.scenario(name, seconds, async () => {
    try {
      await action();
      assert.deepEqual(people.flatMap(({ complaints }) => complaints), []);
    } finally {
      for (const somebody of people.splice(0)) await somebody.close();
    }
  });
}

/** An owner who is logged in. */
async function owner(options) {
  const somebody = await person(options);
  await somebody.logIn('owner');
  return somebody;
}

/** Poll until `kubectl get pods` says exactly this. */
async function untilPods(path, expected) {
  let last;
  const settled = until('kubectl get pods as expected', SETTLED, async () => {
    last = await world.kubectl.run(path, 'get', 'pods');
    return JSON.stringify(last) === JSON.stringify(expected);
  });
  await settled.catch(() => {});
  assert.deepEqual(last, expected);
}

journey('from "Share cluster" to kubectl, and to the link taken back', 240, async () => {
  const sharer = await owner();
  assert.equal(sharer.path(), '/clusters');
  await sharer.lookAtAccessibility();
  await sharer.page.getByRole('link', { name: 'Share cluster lab' }).click();
  assert.equal(await sharer.heading(), 'Share lab');
  await sharer.lookAtAccessibility();
  await sharer.fillIn({ people: LUKASZ, kind: 'Tokens in the file', role: 'view', note: 'For the workshop.' });
  await sharer.press('Make the link');
  const { url, page } = await sharer.made();
  assert.ok(url.startsWith(`${world.service.origin}/share/`), url);
  assert.ok(await sharer.page.getByRole('img', { name: 'QR code of the link' }).isVisible());
  assert.match(await sharer.words(), /Who used it Nobody yet\./);
  await sharer.lookAtAccessibility();

  const recipient = await person();
  await recipient.open(url);
  assert.equal(await recipient.heading(), 'Access to lab');
  assert.match(await recipient.words(), new RegExp(`^${OWNER} shares a cluster with you .*For the workshop\\.`));
  await recipient.lookAtAccessibility();
  await recipient.link('Log in and get access');
  assert.deepEqual(await recipient.atProvider('lukasz'), ['login', 'consent']);
  assert.equal(await recipient.heading(), 'Your kubeconfig for lab');
  await recipient.lookAtAccessibility();
  const file = await recipient.download();
  assert.equal(file.name, 'kubeconfig-lab7x9k2mp');
  const kubeconfig = world.kubectl.save(file.name, file.text);
  const { config } = (await world.kubectl.view(kubeconfig)).users[0].user['auth-provider'];
  assert.equal(claims(config['id-token']).email, LUKASZ);

  // The file is who somebody is; what they may do is said by the command that the page has for the owner.
  await untilPods(kubeconfig, forbidden(LUKASZ));
  const command = await recipient.page.innerText('#grant');
  const granted = await world.kubectl.shell(world.cluster.admin('owner'), command);
  assert.equal(granted.code, 0, granted.stderr);
  assert.match(granted.stdout, /^clusterrolebinding\.rbac\.authorization\.k8s\.io\/view-lukasz-\S+ created\n$/);
  await untilPods(kubeconfig, NO_PODS);
  // The lines for the recipient's shell, in the folder where the file is.
  const lines = await recipient.page.innerText('#bash-try');
  assert.equal((await world.kubectl.shell(kubeconfig, `unset KUBECONFIG\n${lines}`)).code, 0);

  await sharer.go(page);
  assert.match(await sharer.words(), new RegExp(`Used once, no limit .*Who used it Who When ${LUKASZ}`));
  await sharer.page.getByText('Take this link back').click();
  await sharer.press('Yes, take it back');
  await sharer.page.waitForURL(/\?revoked$/);
  assert.match(await sharer.words(), /The link is taken back\. From now on it is refused\./);
  assert.equal(await sharer.page.locator('#link-url').count(), 0);
  await sharer.lookAtAccessibility();

  const late = await person();
  await late.open('/');
  assert.equal(await late.go(url), 410);
  assert.equal(await late.heading(), 'The link was taken back');
  await late.lookAtAccessibility();
  // What somebody has, stays.
  await untilPods(kubeconfig, NO_PODS);
});
