// Share links of our own on real parts, on good days: owner and recipient in browsers of their own, then kubectl.
import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';

import { NO_PODS, claims, forbidden } from './kubectl.mjs';
import { folder } from './process.mjs';
import { LUKASZ, OWNER, begin, journey, owner, person, redeemers, secrets, untilPods, world } from './sharing.mjs';

begin();

/** The lines for bash, in the folder where the file is; merging is done by somebody who has a kubeconfig already. */
async function linesOfThePageWork({ page }) {
  const lines = (id) => page.locator(id).textContent();
  assert.deepEqual(await world.kubectl.shell(await lines('#bash-try'), {}), NO_PODS);
  for (const id of ['bash-merge', 'bash-merge-kubectl']) {
    const home = folder(world.state, id);
    copyFileSync(world.cluster.admin(id), join(folder(home, '.kube'), 'config'));
    const env = { HOME: home };
    const merged = await world.kubectl.shell(await lines(`#${id}`), { env });
    assert.equal(merged.code, 0, merged.stderr);
    assert.deepEqual(await world.kubectl.shell('kubectl get pods', { env }), NO_PODS);
    const contexts = await world.kubectl.shell('kubectl config get-contexts -o name', { env });
    assert.deepEqual(contexts.stdout.trim().split('\n').sort(), [id, world.first.id]);
    const whoAmI = await world.kubectl.shell(`kubectl config view --minify -o 'jsonpath={.users[*].name}'`, { env });
    assert.equal(whoAmI.stdout, LUKASZ);
  }
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
  const granted = await world.kubectl.shell(command, { env: { KUBECONFIG: world.cluster.admin('owner') } });
  assert.equal(granted.code, 0, granted.stderr);
  assert.match(granted.stdout, /^clusterrolebinding\.rbac\.authorization\.k8s\.io\/view-lukasz-\S+ created\n$/);
  await untilPods(kubeconfig, NO_PODS);
  await linesOfThePageWork(recipient);

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

journey('all of it works without script', 120, async () => {
  const sharer = await owner({ javaScriptEnabled: false });
  const { url, page } = await sharer.share({ people: LUKASZ });
  const recipient = await person({ javaScriptEnabled: false });
  await recipient.redeem(url, 'lukasz');
  assert.equal(await recipient.heading(), 'Your kubeconfig for lab');
  assert.equal(await recipient.page.getByRole('button').count(), 0);
  const { text } = await recipient.download();
  // The kind that is offered first, with the public client.
  assert.ok(text.includes('--oidc-client-id=kubelogin\n'), text);
  assert.ok(!text.includes(world.provider.clientSecret));

  assert.deepEqual(await redeemers(sharer, page), [LUKASZ]);
  await sharer.page.getByText('Take this link back').click();
  await sharer.press('Yes, take it back');
  await sharer.page.waitForURL(/\?revoked$/);
  await sharer.press('Log out');
  await sharer.page.click('button:text-is("Yes, sign me out")');
  await sharer.home();
  assert.equal(await sharer.heading(), 'You are logged out');
});

/** Press Tab until the element with this name has the focus. */
async function tabTo(page, name) {
  const seen = [];
  for (let press = 0; press < 40; press += 1) {
    await page.keyboard.press('Tab');
    if (await page.locator(':focus').and(page.getByLabel(name, { exact: true })).count()) return;
    const words = await page.locator(':focus').evaluate((element) => element.innerText.trim());
    if (words === name) return;
    seen.push(words);
  }
  assert.fail(`Tab does not reach ${name}, but: ${seen.join(', ')}`);
}

journey('an owner needs no mouse', 120, async () => {
  const sharer = await person({ permissions: ['clipboard-read', 'clipboard-write'] });
  const page = await sharer.open('/');
  const { keyboard } = page;
  const enter = async (name) => {
    await tabTo(page, name);
    await keyboard.press('Enter');
  };
  await enter('Log in to share a cluster');
  await page.waitForURL((url) => url.origin === world.provider.issuer, { waitUntil: 'load' });
  await keyboard.type('owner');
  await keyboard.press('Tab');
  await keyboard.type('any, it is not checked');
  await keyboard.press('Enter');
  await page.locator('button:text-is("Continue")').waitFor();
  await keyboard.press('Enter');
  await sharer.home();

  await enter('Share cluster');
  await page.waitForURL(/\/share$/);
  await tabTo(page, 'E-mail addresses, domains and groups');
  await keyboard.type(LUKASZ);
  await tabTo(page, 'As often as they like');
  await keyboard.press('ArrowDown');
  await tabTo(page, 'Role in the cluster (optional)');
  await keyboard.type('view');
  await enter('Make the link');
  const { url, page: own } = await sharer.made();
  await enter('Copy the link');
  await page.waitForFunction(() => document.getElementById('copy-status').textContent === 'Copied');
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), url);
  assert.match(await sharer.words(), /Uses 0 of 1 use /);
  await enter('Take this link back');
  await enter('Yes, take it back');
  await page.waitForURL(`**${own}?revoked`);
  assert.match(await sharer.words(), /The link is taken back\./);
});

journey('whoever prefers German reads German all the way', 120, async () => {
  const german = { locale: 'de-DE' };
  const sharer = await person(german);
  const page = await sharer.open('/');
  await sharer.link('Anmelden und Cluster teilen');
  await sharer.atProvider('owner');
  assert.equal(await sharer.heading(), 'Deine Cluster');
  await page.getByRole('link', { name: 'Cluster teilen lab' }).click();
  assert.equal(await sharer.heading(), 'lab teilen');
  await page.getByLabel('E-Mail-Adressen, Domains und Gruppen').fill(LUKASZ);
  await sharer.press('Link erstellen');
  const { url } = await sharer.made();
  assert.equal(await sharer.heading(), 'Link zu lab');

  const recipient = await person(german);
  await recipient.open(url);
  assert.equal(await recipient.heading(), 'Zugang zu lab');
  assert.match(await recipient.words(), new RegExp(`^${OWNER} teilt einen Cluster mit dir `));
  await recipient.link('Anmelden für den Zugang');
  await recipient.atProvider('lukasz');
  assert.equal(await recipient.heading(), 'Deine Kubeconfig für lab');
  assert.equal(await recipient.page.getAttribute('html', 'lang'), 'de');
  await recipient.lookAtAccessibility();
});

journey('two tabs with two links both get theirs', 120, async () => {
  const sharer = await owner();
  const links = [];
  for (const note of ['first', 'second']) links.push(await sharer.share({ people: LUKASZ, note }));
  const recipient = await person();
  const tabs = [];
  for (const { url } of links) {
    tabs.push(await recipient.open(url));
    await recipient.link('Log in and get access');
  }
  for (const tab of tabs) {
    await recipient.atProvider('lukasz', tab);
    assert.equal(await recipient.heading(tab), 'Your kubeconfig for lab');
  }
  for (const tab of tabs) assert.equal((await recipient.download(tab)).name, 'kubeconfig-lab7x9k2mp');
  for (const { page } of links) assert.deepEqual(await redeemers(sharer, page), [LUKASZ]);
});

journey('a logout ends the session here and at the provider', 120, async () => {
  const sharer = await owner();
  const before = await sharer.context.cookies(world.service.origin);
  const revocations = world.provider.revocations();
  await sharer.press('Log out');
  await sharer.page.locator('button:text-is("Yes, sign me out")').click();
  await sharer.home();
  assert.equal(sharer.path(), '/logged-out');
  assert.equal(await sharer.heading(), 'You are logged out');
  await sharer.lookAtAccessibility();
  assert.equal(world.provider.revocations(), revocations + 1);

  // Not even with the old cookie.
  await sharer.context.addCookies(before);
  await sharer.go('/clusters');
  assert.deepEqual(await sharer.atProvider('lukasz'), ['login', 'consent']);
  assert.match(await sharer.words(), /There is no cluster that you may share\./);
});

journey('what was shared and who is logged in outlives a restart', 120, async () => {
  const sharer = await owner();
  const { url, page } = await sharer.share({ people: LUKASZ, uses: 'Once' });
  const recipient = await person();
  await recipient.open(url);
  await recipient.link('Log in and get access');
  await recipient.page.locator('input[name=login]').waitFor();
  // In the middle of a login.
  await world.service.restart();
  await recipient.atProvider('lukasz');
  assert.equal(await recipient.heading(), 'Your kubeconfig for lab');
  await world.service.restart();
  assert.equal((await recipient.download()).name, 'kubeconfig-lab7x9k2mp');
  assert.deepEqual(await redeemers(sharer, page), [LUKASZ]);
  assert.match(await sharer.words(), /Uses 1 of 1 use /);
});

// Last, because it looks back at everything above.
world.scenario('no secret is in the log, at the most talkative level', 60, () => {
  const all = [
    ...secrets, ...world.provider.secrets(), ['client secret', world.provider.clientSecret],
    ...world.cookieKeys.map((key) => ['cookie key', key]),
  ];
  assert.deepEqual([...new Set(all.map(([name]) => name))].sort(), [
    'access_token', 'client secret', 'code', 'code_challenge', 'code_verifier', 'cookie key', 'flow cookie',
    'handover cookie', 'id_token', 'kkp-session', 'nonce', 'refresh_token', 'share link', 'state',
  ]);
  const log = world.service.log();
  assert.notEqual(log, '');
  const found = all.filter(([, value]) => [value, encodeURIComponent(value)].some((form) => log.includes(form)));
  assert.deepEqual([...new Set(found.map(([name]) => name))], []);
});
