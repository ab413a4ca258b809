// A real browser: headless Chromium that trusts one private root and reaches nothing but this machine.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { chromium } from 'playwright-core';

import { folder, output } from './process.mjs';

const PATIENCE_MS = 30_000;

/** Debian's chromium, or the one named by KKP_OIDC_CHROMIUM. */
const EXECUTABLE = process.env.KKP_OIDC_CHROMIUM ?? '/usr/bin/chromium';

const ARGS = [
  '--disable-background-networking', '--disable-component-update', '--disable-gpu', '--disable-quic', '--disable-sync',
  '--no-first-run',
  // Pages may name fonts elsewhere; names other than these do not exist for this browser.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
];

/** Give a home in which Chromium finds `root` among the authorities that it trusts. */
async function trustingHome(state, root) {
  const home = folder(state, 'browser-home');
  const database = join(home, '.pki', 'nssdb');
  mkdirSync(database, { recursive: true, mode: 0o700 });
  await output('certutil', ['-d', `sql:${database}`, '-N', '--empty-password']);
  if (root) await output('certutil', ['-d', `sql:${database}`, '-A', '-t', 'C,,', '-n', 'e2e root', '-i', root]);
  return home;
}

/** Start it. Certificates are judged as usual: no error is overlooked. */
export async function startBrowser({ state, root }) {
  const home = await trustingHome(state, root);
  const browser = await chromium.launch({
    args: ARGS,
    downloadsPath: folder(state, 'downloads'),
    env: { HOME: home, PATH: process.env.PATH, TMPDIR: home },
    executablePath: EXECUTABLE,
    timeout: 60_000,
  });
  return {
    /** A fresh visitor: no cookies, no earlier login. */
    async visitor() {
      const context = await browser.newContext({ acceptDownloads: true });
      context.setDefaultTimeout(PATIENCE_MS);
      return new Visitor(context);
    },
    /** The same with options of Playwright, to look at pages. */
    async context(options) {
      const context = await browser.newContext(options);
      context.setDefaultTimeout(PATIENCE_MS);
      return context;
    },
    stop: () => browser.close(),
  };
}

/** One person's browser window, with a record of where it went. */
class Visitor {
  constructor(context) {
    this.context = context;
    /** Every address that a tab was sent to, redirects included, in order. */
    this.addresses = [];
    /** Every cookie value that the service set. */
    this.cookieValues = [];
    context.on('request', (request) => {
      if (request.isNavigationRequest()) this.addresses.push(request.url());
    });
    context.on('response', async (response) => {
      const headers = await response.headersArray().catch(() => []);
      for (const { name, value } of headers) {
        if (name.toLowerCase() !== 'set-cookie') continue;
        const [, cookie] = /^[^=]*=([^;]*)/.exec(value) ?? [];
        if (cookie && response.url().startsWith('http://')) this.cookieValues.push(cookie);
      }
    });
  }

  /** Open `address` in a new tab. */
  async open(address) {
    const tab = new Tab(await this.context.newPage());
    await tab.open(address);
    return tab;
  }

  /** Share link to file: a new tab, login, consent, download. */
  async download(link, login) {
    const tab = await this.open(link);
    await tab.logIn(login);
    return tab.consent();
  }

  /** The last address with a `code`: where the provider sent the browser after consent. */
  callback() {
    return this.addresses.findLast((address) => new URL(address).searchParams.has('code'));
  }

  close() {
    return this.context.close();
  }
}

/** One tab. The login pages are those of npm `oidc-provider`. */
class Tab {
  constructor(page) {
    this.page = page;
    this.downloads = 0;
    page.on('download', () => { this.downloads += 1; });
  }

  async open(address) {
    this.response = await this.page.goto(address, { waitUntil: 'domcontentloaded', timeout: PATIENCE_MS });
    return this.response;
  }

  async logIn(login) {
    await this.page.fill('input[name=login]', login);
    await this.page.fill('input[name=password]', 'any, it is not checked');
    await this.#submitted('Sign-in');
  }

  /** Say yes, and take what is downloaded then. */
  consent() {
    return this.download(() => this.page.click('button:text-is("Continue")'));
  }

  /** Say no, and wait until the provider has sent the browser back. */
  async refuse() {
    const landed = this.page.waitForResponse((response) => response.url().startsWith('http://127.0.0.1:'));
    await this.page.click('a[href$="/abort"]');
    this.response = await landed;
    await this.page.waitForLoadState('domcontentloaded');
  }

  /** Do `action` and take the file that it leads to; an error page instead is told in full. */
  async download(action) {
    const refused = this.page.waitForResponse((response) => response.status() >= 400, { timeout: PATIENCE_MS })
      .then(async (response) => ({ error: `${response.status()}: ${await response.text().catch(() => '')}` }), () => {});
    const file = this.page.waitForEvent('download', { timeout: PATIENCE_MS });
    file.catch(() => {});
    await action();
    const first = await Promise.race([file, refused.then((answer) => answer ?? file)]);
    if (first.error) throw new Error(`an error page instead of a download: ${first.error}`);
    return { name: first.suggestedFilename(), text: readFileSync(await first.path(), 'utf8') };
  }

  text() {
    return this.page.innerText('body');
  }

  /** Keep a picture, where KKP_OIDC_SCREENSHOTS names a folder for them. */
  async picture(name) {
    const dir = process.env.KKP_OIDC_SCREENSHOTS;
    if (!dir) return;
    await this.page.screenshot({ path: join(dir, `${name}.png`), fullPage: true });
  }

  async #submitted(button) {
    const before = this.page.url();
    await this.page.click(`button:text-is("${button}")`);
    await this.page.waitForURL((url) => url.href !== before, { waitUntil: 'domcontentloaded', timeout: PATIENCE_MS });
  }
}
