// The newcomer's way: `cargo run --example serve`, its one printed URL, the demo page, the embedded development provider.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';

import { startBrowser } from './browser.mjs';
import { Kubectl } from './kubectl.mjs';
import { Part } from './process.mjs';
import { World, setting } from './world.mjs';

const world = new World();
let address;

before(() => world.watch(120, async () => {
  const { state } = world;
  const env = { HOME: state, PATH: process.env.PATH, RUST_BACKTRACE: '1' };
  const example = world.keep(new Part('example', state, setting('KKP_OIDC_EXAMPLE'), [], { env }));
  address = await example.until('prints its address', 30, () => /http:\/\/127\.0\.0\.1:\d+\//.exec(example.log())?.[0]);
  world.browser = world.keep(await startBrowser({ state }));
}));
after(() => world.stop(), { timeout: 60_000 });

async function demoPage() {
  const person = await world.browser.visitor();
  const tab = await person.open(address);
  assert.equal(tab.response.status(), 200);
  return { person, tab };
}

world.scenario('the demo page leads to a kubeconfig', 60, async () => {
  const { tab } = await demoPage();
  await tab.picture('demo');
  await tab.page.click('a:has-text("Share cluster")');
  const user = tab.page.locator('button', { hasText: 'lukasz@example.com' });
  await user.waitFor();
  await tab.picture('demo-login');
  const file = await tab.download(() => user.click());

  const [, id] = /^kubeconfig-([a-z0-9]+)$/.exec(file.name) ?? assert.fail(file.name);
  const kubectl = new Kubectl(world.state);
  const view = await kubectl.view(kubectl.save('demo.kubeconfig', file.text));
  assert.equal(view['current-context'], id);
  assert.deepEqual(view.users.map(({ name }) => name), ['lukasz@example.com']);
});

world.scenario('a repeated callback gets the error page', 60, async () => {
  const { person, tab } = await demoPage();
  await tab.page.click('a:has-text("Share cluster")');
  const user = tab.page.locator('button', { hasText: 'lukasz@example.com' });
  await tab.download(() => user.click());
  const again = await tab.open(person.callback());
  assert.equal(again.status(), 400);
  assert.match(await tab.text(), /\bflow_used\b/);
  await tab.picture('demo-error-flow-used');
});
