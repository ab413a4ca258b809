// Every page of the gallery in a real browser: axe-core, width, keyboard, script and no script, requests.
// With KKP_OIDC_SCREENSHOTS the pictures of docs/screenshots are taken.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';

import { violations } from './axe.mjs';
import { startBrowser } from './browser.mjs';
import { Part } from './process.mjs';
import { World, setting } from './world.mjs';

const LANGUAGES = ['en', 'de'];
const SCHEMES = ['light', 'dark'];

/** Bytes of the landing page with everything that belongs to it. */
const LANDING_BUDGET = 30 * 1024;

/** Elements that a keyboard must reach; of radio buttons with one name only the chosen one is a stop. */
const CONTROLS = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';

/** Pictures for the documentation: page, language, width, colour scheme. */
const PICTURES = [
  ['landing', 'en', 1440, 'light'], ['landing', 'de', 360, 'dark'], ['clusters', 'en', 768, 'light'],
  ['share', 'en', 1440, 'light'], ['share', 'en', 360, 'dark'], ['share-problems', 'de', 768, 'light'],
  ['link-made', 'en', 1440, 'light'], ['link', 'en', 768, 'dark'], ['links', 'en', 360, 'light'],
  ['redeem', 'en', 1440, 'light'], ['redeem', 'de', 360, 'light'],
  ['redeemed-public-client', 'en', 1440, 'light'], ['redeemed-auth-provider', 'en', 360, 'dark'],
  ['refused-share_not_for_you', 'en', 768, 'light'],
];

const world = new World();
let origin;
let pages;

before(() => world.watch(120, async () => {
  const { state } = world;
  const env = { HOME: state, PATH: process.env.PATH, RUST_BACKTRACE: '1' };
  const gallery = world.keep(new Part('gallery', state, setting('KKP_OIDC_GALLERY'), ['0'], { env }));
  origin = await gallery.until('prints its address', 30, () => /http:\/\/127\.0\.0\.1:\d+/.exec(gallery.log())?.[0]);
  world.browser = world.keep(await startBrowser({ state }));
  const index = await (await fetch(`${origin}/`)).text();
  pages = [...index.matchAll(/href="\/gallery\/([^"]+)"/g)].map(([, name]) => name);
  assert.ok(pages.length > 60, `the gallery lists ${pages.length} pages`);
}));
after(() => world.stop(), { timeout: 60_000 });

const address = (name, language = 'en') => `${origin}/gallery/${name}?lang=${language}`;

/** A tab that notes each request and each complaint of the browser, about the policy for instance. */
async function newTab(options = {}) {
  const context = await world.browser.context(options);
  const tab = await context.newPage();
  const requests = [];
  const complaints = [];
  tab.on('request', (request) => requests.push(request.url()));
  tab.on('pageerror', (error) => complaints.push(error.message));
  tab.on('console', (message) => {
    // A refusal is a page with a status of its own.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource: the server responded')) {
      complaints.push(message.text());
    }
  });
  return { context, tab, requests, complaints };
}

for (const language of LANGUAGES) {
  world.scenario(`axe-core finds nothing on any page in ${language}`, 400, async () => {
    const { context, tab, requests, complaints } = await newTab();
    const found = [];
    for (const name of pages) {
      await tab.goto(address(name, language));
      // What is folded or not chosen is looked at too.
      await tab.evaluate(() => document.querySelectorAll('details').forEach((details) => { details.open = true; }));
      for (const width of [360, 1440]) {
        await tab.setViewportSize({ width, height: 900 });
        for (const colorScheme of SCHEMES) {
          // Colours change at once, not in a transition.
          await tab.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
          for (const violation of await violations(tab)) found.push(`${name} ${width} ${colorScheme} ${violation}`);
        }
      }
    }
    await context.close();
    assert.deepEqual(found, []);
    assert.deepEqual(requests.filter((url) => !url.startsWith(`${origin}/`)), [], 'requests to others');
    assert.deepEqual(complaints, []);
  });
}

world.scenario('no page scrolls sideways at 320 px', 120, async () => {
  const { context, tab } = await newTab({ viewport: { width: 320, height: 640 } });
  const wide = [];
  for (const name of pages) {
    for (const language of LANGUAGES) {
      await tab.goto(address(name, language));
      await tab.evaluate(() => document.querySelectorAll('details').forEach((details) => { details.open = true; }));
      const width = await tab.evaluate(() => document.documentElement.scrollWidth);
      if (width > 320) wide.push(`${name} ${language}: ${width}`);
    }
  }
  await context.close();
  assert.deepEqual(wide, []);
});

world.scenario('Tab reaches every control in the order of the page, and shows where it is', 240, async () => {
  const { context, tab } = await newTab({ viewport: { width: 1440, height: 900 } });
  for (const name of pages) {
    await tab.goto(address(name));
    await tab.evaluate(() => {
      document.querySelectorAll('details').forEach((details) => { details.open = true; });
      // The summary of problems takes the focus at first; here the walk begins at the start.
      document.activeElement.blur();
      getSelection().removeAllRanges();
    });
    const controls = await tab.evaluate((selector) => {
      const isStop = (element) => element.checkVisibility({ visibilityProperty: true })
        && !(element.type === 'radio' && !element.checked && document.querySelector(`input[name="${element.name}"]:checked`));
      const stops = [...document.querySelectorAll(selector)].filter(isStop);
      window.stops = stops;
      return stops.map((element) => element.outerHTML.split('>')[0]);
    }, CONTROLS);
    // From the start of the document, whatever had the focus.
    await tab.evaluate(() => {
      const start = document.createElement('span');
      start.tabIndex = -1;
      document.body.prepend(start);
      start.focus();
    });
    const reached = [];
    const unmarked = [];
    for (let press = 0; press < controls.length; press += 1) {
      await tab.keyboard.press('Tab');
      const [stop, marked] = await tab.evaluate(() => {
        const element = document.activeElement;
        const shown = element.matches('.tab') ? element.nextElementSibling : element;
        const { outlineStyle, outlineWidth } = getComputedStyle(shown);
        return [window.stops.indexOf(element), outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2];
      });
      reached.push(controls[stop]);
      if (!marked) unmarked.push(controls[stop]);
    }
    assert.deepEqual(reached, controls, name);
    assert.deepEqual(unmarked, [], name);
  }
  await context.close();
});

world.scenario('the landing page is small and shows itself without script', 30, async () => {
  const { context, tab, requests } = await newTab({ javaScriptEnabled: false });
  for (const language of LANGUAGES) {
    await tab.goto(address('landing', language), { waitUntil: 'networkidle' });
    assert.ok(await tab.locator('h1').isVisible());
    const html = await (await fetch(address('landing', language))).text();
    const named = [...html.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, path]) => `${origin}${path}`);
    let total = Buffer.byteLength(html);
    for (const url of named) total += (await (await fetch(url)).arrayBuffer()).byteLength;
    assert.ok(total <= LANDING_BUDGET, `${total} bytes`);
    const expected = new Set([address('landing', language), ...named]);
    assert.deepEqual(requests.splice(0).filter((url) => !expected.has(url)), []);
  }
  await context.close();
});

world.scenario('copy buttons copy, and say so', 30, async () => {
  const { context, tab, complaints } = await newTab({ permissions: ['clipboard-read', 'clipboard-write'] });
  const copied = async (button) => {
    await tab.getByRole('button', { name: button, exact: true }).first().click();
    await tab.getByText('Copied', { exact: true }).first().waitFor();
    await tab.waitForFunction(() => document.getElementById('copy-status').textContent === 'Copied');
    return tab.evaluate(() => navigator.clipboard.readText());
  };
  await tab.goto(address('link-made'));
  assert.equal(await copied('Copy the link'), await tab.inputValue('#link-url'));
  await tab.goto(address('redeemed-public-client'));
  const grant = 'kubectl create clusterrolebinding lukasz-view --clusterrole=view --user=lukasz@example.com';
  assert.equal(await copied('Copy the command for the owner'), grant);
  await tab.click('text=Show the file');
  assert.match(await copied('Copy the kubeconfig'), /^apiVersion: v1\nclusters:\n[^]*\nusers:\n/);
  assert.deepEqual(complaints, []);
  await context.close();
});

world.scenario('without script nothing is missing but the copy buttons', 60, async () => {
  const { context, tab } = await newTab({ javaScriptEnabled: false });
  await tab.goto(address('redeemed-kubelogin'));
  assert.equal(await tab.getByRole('button').count(), 0);
  for (const [shell, line] of [['fish', 'env KUBECONFIG='], ['PowerShell', '$env:KUBECONFIG ='], ['cmd', 'set KUBECONFIG=']]) {
    await tab.getByText(shell, { exact: true }).click();
    const panel = tab.getByRole('group', { name: shell, exact: true });
    assert.ok((await panel.innerText()).includes(line), shell);
    assert.equal(await tab.locator('.panel:visible').count(), 1);
  }

  await tab.goto(address('share'));
  await tab.getByLabel('Anyone who can log in').check();
  assert.ok(!(await tab.locator('#people').isVisible()));
  await tab.getByLabel('Only these people').check();
  await tab.getByLabel('E-mail addresses, domains and groups').fill('anna@example.com');
  await tab.getByLabel('So many times').check();
  await tab.getByLabel('Number of uses').fill('3');
  await tab.getByLabel('Role in the cluster').fill('view');
  const sent = tab.waitForRequest((request) => request.method() === 'POST');
  await tab.getByRole('button', { name: 'Make the link' }).click();
  assert.deepEqual(Object.fromEntries(new URLSearchParams((await sent).postData())), {
    who: 'only', people: 'anna@example.com', until: '7d', uses: 'some', uses_count: '3', kind: 'public-client', role: 'view',
    note: '',
  });

  // Nothing answers forms in the gallery, so that tab is lost.
  const other = await context.newPage();
  await other.goto(address('link'));
  await other.click('text=Take this link back');
  const revoked = other.waitForRequest((request) => request.method() === 'POST');
  await other.getByRole('button', { name: 'Yes, take it back' }).click();
  assert.equal(new URL((await revoked).url()).pathname, '/links/6f4a77687871/revoke');
  await context.close();
});

world.scenario('what is wrong with a form stands at the top, and leads to its field', 30, async () => {
  const { context, tab } = await newTab();
  await tab.goto(address('share-problems'));
  assert.ok(await tab.evaluate(() => document.activeElement.matches('.summary')));
  for (const id of ['people', 'uses-count', 'role']) {
    await tab.click(`.summary a[href="#${id}"]`);
    const field = await tab.evaluate(() => {
      const { id: focused, ariaInvalid } = document.activeElement;
      const described = document.activeElement.getAttribute('aria-describedby').split(' ');
      return { focused, ariaInvalid, problem: document.getElementById(described.at(-1)).className };
    });
    assert.deepEqual(field, { focused: id, ariaInvalid: 'true', problem: 'problem' });
  }
  await context.close();
});

if (process.env.KKP_OIDC_SCREENSHOTS) {
  world.scenario('pictures for the documentation', 120, async () => {
    for (const [name, language, width, colorScheme] of PICTURES) {
      const { context, tab } = await newTab({ viewport: { width, height: 720 }, colorScheme });
      await tab.goto(address(name, language));
      const path = `${process.env.KKP_OIDC_SCREENSHOTS}/${name}-${language}-${width}-${colorScheme}.png`;
      await tab.screenshot({ path, fullPage: true });
      await context.close();
    }
  });
}
