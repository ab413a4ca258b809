// Somebody with a browser of their own who shares clusters or opens share links. Each watches over what the browser asks
// for and complains about while it shows our pages.
import { readFileSync } from 'node:fs';

import { violations } from './axe.mjs';

/** Pages of the provider between two of ours, at most: login and consent. */
const PROVIDER_PAGES = 2;

/** What Chromium says of requests that were answered by an error or led nowhere. These are judged as requests. */
const FAILED_REQUEST = /^Failed to load resource: (the server responded with a status of|net::ERR_NAME_NOT_RESOLVED)/;

export class Person {
  /** Answers whose cookies are being noted. */
  #noting = [];

  /** `origin` is the service's, `issuer` the provider's; the browser must not go anywhere else. */
  constructor(context, { origin, issuer }) {
    this.context = context;
    this.origin = origin;
    this.issuer = issuer;
    /** Requests that our pages must not cause, and errors and policy violations on them. */
    this.complaints = [];
    /** What must not be seen in a log: name and value. */
    this.secrets = [];
    /** Status of the last page of ours. */
    this.status = undefined;
    context.on('request', (request) => this.#sawRequest(request));
    context.on('response', (response) => {
      if (this.#isOurs(response.url())) this.#noting.push(this.#noteCookies(response).catch(() => {}));
      if (response.request().isNavigationRequest() && this.#isOurs(response.url())) this.status = response.status();
      // A refusal is a page with a status of its own; what belongs to a page has to be there.
      if (response.status() < 400 || response.request().isNavigationRequest() || !this.#isOurs(response.url())) return;
      this.complaints.push(`status ${response.status()} of ${response.url()}`);
    });
    context.on('console', (message) => {
      const place = message.location().url || message.page()?.url() || '';
      const wrong = ['error', 'warning'].includes(message.type()) && !FAILED_REQUEST.test(message.text());
      if (wrong && !this.#isProviders(place)) this.complaints.push(`console at ${place}: ${message.text()}`);
    });
    context.on('weberror', (error) => this.complaints.push(`script: ${error.error().message}`));
  }

  #isProviders(url) {
    return url.startsWith(`${this.issuer}/`);
  }

  #isOurs(url) {
    return url.startsWith(`${this.origin}/`);
  }

  /** What the provider's own pages load is its business. */
  #sawRequest(request) {
    const url = request.url();
    this.#note(url);
    if (this.#isOurs(url) || this.#isProviders(url)) return;
    if (!request.isNavigationRequest() && this.#isProviders(request.frame().url())) return;
    this.complaints.push(`request to ${url}`);
  }

  /** The secrets in an address. */
  #note(url) {
    const { pathname, searchParams } = new URL(url);
    for (const name of ['code', 'state', 'nonce', 'code_challenge']) {
      if (searchParams.has(name)) this.secrets.push([name, searchParams.get(name)]);
    }
    const [, token] = this.#isOurs(url) ? /^\/share\/([^/]{40,})/.exec(pathname) ?? [] : [];
    if (token) this.secrets.push(['share link', token]);
  }

  async #noteCookies(response) {
    for (const { name, value } of await response.headersArray()) {
      const [, cookie, content] = (name.toLowerCase() === 'set-cookie' && /^([^=]+)=([^;]+)/.exec(value)) || [];
      if (content) this.secrets.push([cookie.replace(/^kkp-(flow|handover)-.*$/, '$1 cookie'), content]);
    }
  }

  async open(path) {
    this.page = await this.context.newPage();
    await this.go(path);
    return this.page;
  }

  /** Go to an address of ours; gives the response's status. */
  async go(path) {
    const response = await this.page.goto(new URL(path, this.origin).href);
    return response.status();
  }

  /** Follow a link of the page that is shown. */
  link(name, options = {}) {
    return this.page.getByRole('link', { name, exact: true, ...options }).click();
  }

  press(name) {
    return this.page.getByRole('button', { name, exact: true }).click();
  }

  heading(page = this.page) {
    return page.getByRole('heading', { level: 1 }).innerText();
  }

  /** The page's words, one line, as a person reads them. */
  async words(selector = 'main', page = this.page) {
    return (await page.innerText(selector)).replace(/\s+/g, ' ');
  }

  path(page = this.page) {
    const { pathname, search } = new URL(page.url());
    return `${pathname}${search}`;
  }

  /** Wait until this tab shows a page of ours. */
  async home(page = this.page) {
    await page.waitForURL((url) => url.origin === this.origin, { waitUntil: 'load' });
  }

  /** Answer the provider's pages until it sends the browser back; gives which of them there were. */
  async atProvider(login, page = this.page) {
    const shown = [];
    await page.waitForURL((url) => url.origin === this.issuer, { waitUntil: 'load' });
    for (let n = 0; n < PROVIDER_PAGES && this.#isProviders(page.url()); n += 1) {
      const asked = page.url();
      if (await page.locator('input[name=login]').count()) {
        shown.push('login');
        await page.fill('input[name=login]', login);
        await page.fill('input[name=password]', 'any, it is not checked');
        await page.click('button:text-is("Sign-in")');
      } else {
        shown.push('consent');
        await page.click('button:text-is("Continue")');
      }
      await page.waitForURL((url) => url.href !== asked, { waitUntil: 'load' });
    }
    await this.home(page);
    return shown;
  }

  /** Log in as an owner, from the start page. */
  async logIn(login) {
    await this.open('/');
    await this.link('Log in to share a cluster');
    await this.atProvider(login);
  }

  /** Make a link to the cluster named `lab` in a tab that is logged in; gives its URL and its owner's page. */
  async share({ people, kind, until, uses, role = 'view', note = '' }) {
    await this.go('/clusters');
    await this.page.getByRole('link', { name: 'Share cluster lab' }).click();
    await this.fillIn({ people, kind, until, uses, role, note });
    await this.press('Make the link');
    return this.made();
  }

  async fillIn({ people, kind, until, uses, role, note }) {
    await this.page.getByLabel('E-mail addresses, domains and groups').fill(people);
    if (kind) await this.page.getByLabel(kind, { exact: true }).check();
    if (until) await this.page.getByLabel('How long is it good?').selectOption(until);
    if (uses) await this.page.getByLabel(uses, { exact: true }).check();
    await this.page.getByLabel('Role in the cluster').fill(role);
    await this.page.getByRole('textbox', { name: 'Note' }).fill(note);
  }

  /** The link that was made just now. */
  async made() {
    await this.page.waitForURL(/\/links\/[^/?]+\?made$/);
    return { url: await this.page.inputValue('#link-url'), page: new URL(this.page.url()).pathname };
  }

  /** Use a link as `login`, up to the page with the kubeconfig or a refusal. */
  async redeem(url, login) {
    await this.open(url);
    await this.link('Log in and get access');
    return this.atProvider(login);
  }

  /** Press the download button; gives the file's name and text. */
  async download(page = this.page) {
    const file = page.waitForEvent('download');
    file.catch(() => {});
    await page.getByRole('link', { name: 'Download kubeconfig' }).click();
    const download = await file;
    return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') };
  }

  /** Hold the page against axe-core, everything unfolded that is folded. */
  async lookAtAccessibility() {
    await this.page.evaluate(() => document.querySelectorAll('details').forEach((details) => { details.open = true; }));
    for (const found of await violations(this.page)) this.complaints.push(`axe-core at ${this.path()}: ${found}`);
  }

  async close() {
    await Promise.all(this.#noting);
    await this.context.close();
  }
}
