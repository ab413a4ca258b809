// Several processes on one store, behind a proxy that gives every request to the next of them; and the time of day.
import assert from 'node:assert/strict';
import { after } from 'node:test';

import { forbidden } from './kubectl.mjs';
import { LUKASZ, begin, journey, owner, person, redeemers, untilPods, world } from './sharing.mjs';

const REPLICAS = 3;

begin({ replicas: REPLICAS });
after(() => assert.ok(!world.replicas.some((replica) => replica.log().includes('panicked'))));

/** Paths of a walk; ids and tokens are left out. */
function steps(taken) {
  const named = taken.map(({ path }) => path.replace(/[0-9A-Za-z_-]{20,}/, '…').replace(/\.[0-9a-f]{8,}\./, '.'));
  return named.filter((path) => path === '/' || !/^\/(assets\/|favicon)/.test(path));
}

journey('the whole walk, with each request at another process than the one before', 240, async () => {
  world.proxy.taken();
  const sharer = await owner();
  const { url, page } = await sharer.share({ people: LUKASZ, kind: 'Tokens in the file' });
  const recipient = await person();
  await recipient.redeem(url, 'lukasz');
  assert.equal(await recipient.heading(), 'Your kubeconfig for lab');
  const file = await recipient.download();
  assert.deepEqual(await redeemers(sharer, page), [LUKASZ]);
  await sharer.page.getByText('Take this link back').click();
  await sharer.press('Yes, take it back');
  await sharer.page.waitForURL(/\?revoked$/);
  const late = await person();
  await late.open('/');
  assert.equal(await late.go(url), 410);
  assert.equal(await late.heading(), 'The link was taken back');
  await sharer.press('Log out');
  await sharer.page.locator('button:text-is("Yes, sign me out")').click();
  await sharer.home();

  const taken = world.proxy.taken();
  // The proxy never asks the same one twice in a row; so that means something, all had to answer.
  assert.equal(new Set(taken.map(({ backend }) => backend)).size, REPLICAS);
  const walked = steps(taken);
  for (const path of [
    '/login', '/api/v1/kubeconfig', '/clusters', '/share/…', '/share/…/login', '/share/done/…', '/share/download/…',
    '/links/…', '/links/…/revoke', '/logout', '/logged-out',
  ]) assert.ok(walked.includes(path), `${path} is not in ${walked.join(' ')}`);
  await untilPods(world.kubectl.save('replicas-kubeconfig', file.text), forbidden(LUKASZ));
});

journey('a process that goes in the middle of a login is not missed', 120, async () => {
  const sharer = await owner();
  const { url, page } = await sharer.share({ people: LUKASZ, uses: 'Once' });
  const recipient = await person();
  await recipient.open(url);
  world.proxy.taken();
  await recipient.link('Log in and get access');
  await recipient.page.locator('input[name=login]').waitFor();
  const began = world.proxy.taken().find(({ path }) => path.endsWith('/login')).backend;
  const others = world.replicas.filter(({ port }) => port !== began);
  world.proxy.leadTo(...others.map(({ port }) => port));
  assert.equal(await world.replicas.find(({ port }) => port === began).stop(), 'ended with exit code 0');
  await recipient.atProvider('lukasz');
  assert.equal(await recipient.heading(), 'Your kubeconfig for lab');
  assert.equal((await recipient.download()).name, 'kubeconfig-lab7x9k2mp');
  assert.deepEqual(await redeemers(sharer, page), [LUKASZ]);
});

journey('a link is good until it ends, also in the middle of a login', 240, async () => {
  const now = await world.replica('service-now');
  const before = await world.replica('service-before', { ahead: '58m' });
  const beyond = await world.replica('service-beyond', { ahead: '61m' });
  world.proxy.leadTo(now.port);
  const sharer = await owner();
  const { url, page } = await sharer.share({ people: LUKASZ, until: '1 hour' });

  const slow = await person();
  await slow.open(url);
  assert.equal(await slow.heading(), 'Access to lab');
  world.proxy.leadTo(beyond.port);
  await slow.link('Log in and get access');
  await slow.page.getByRole('heading', { name: 'The link has expired' }).waitFor();
  assert.equal(slow.status, 410);
  await slow.lookAtAccessibility();
  const late = await person();
  await late.open(url);
  assert.deepEqual([late.status, await late.heading()], [410, 'The link has expired']);

  // Begun two minutes before the end, answered a minute after it.
  world.proxy.leadTo(before.port);
  const unlucky = await person();
  await unlucky.open(url);
  await unlucky.link('Log in and get access');
  await unlucky.page.locator('input[name=login]').waitFor();
  world.proxy.leadTo(beyond.port);
  await unlucky.atProvider('lukasz');
  assert.deepEqual([unlucky.status, await unlucky.heading()], [410, 'The link has expired']);

  world.proxy.leadTo(now.port);
  assert.deepEqual(await redeemers(sharer, page), []);
  assert.match(await sharer.words(), /This link can be used\./);
});
