// What the scenarios of share links have in common: a world with a share store, people in it, and what all must keep to.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';

import { Person } from './person.mjs';
import { until } from './process.mjs';
import { World } from './world.mjs';

export const ANNA = 'anna@kubermatic.com';
export const LUKASZ = 'lukasz@kubermatic.com';
export const OWNER = 'owner@kubermatic.com';

/** Seconds within which a change of RBAC, or the start of OIDC in kube-apiserver, has to show. */
const SETTLED = 60;

export const world = new World();

/** Those of the scenario that runs. */
const people = [];

/** What everybody saw that must not be in a log: name and value. */
export const secrets = [];

/** Start the world before the scenarios: one service, or so many behind a proxy. */
export function begin({ replicas = 0 } = {}) {
  before(() => world.watch(300, () => world.start({ sharing: true, replicas })));
}
after(() => world.stop(), { timeout: 120_000 });

/** Somebody with a fresh browser. */
export async function person(options = {}) {
  const context = await world.browser.context({ locale: 'en-GB', acceptDownloads: true, ...options });
  const { service, provider } = world;
  const somebody = new Person(context, { origin: service.origin, issuer: provider.issuer });
  people.push(somebody);
  return somebody;
}

/** An owner who is logged in. */
export async function owner(options) {
  const somebody = await person(options);
  await somebody.logIn('owner');
  return somebody;
}

/** A scenario whose browsers go when it ends, and must not have complained. */
export function journey(name, seconds, action) {
  world.scenario(name, seconds, async () => {
    try {
      await action();
      assert.deepEqual(people.flatMap(({ complaints }) => complaints), []);
    } finally {
      for (const somebody of people.splice(0)) {
        await somebody.close();
        secrets.push(...somebody.secrets);
      }
    }
  });
}

/** Poll until `kubectl get pods` says exactly this. */
export async function untilPods(path, expected) {
  let last;
  const settled = until('kubectl get pods as expected', SETTLED, async () => {
    last = await world.kubectl.run(path, 'get', 'pods');
    return JSON.stringify(last) === JSON.stringify(expected);
  });
  await settled.catch(() => {});
  assert.deepEqual(last, expected);
}

/** Who used the link whose page of the owner this is, the newest first. */
export async function redeemers(sharer, page) {
  await sharer.go(page);
  return sharer.page.locator('tbody td:first-child').allInnerTexts();
}
