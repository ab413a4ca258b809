// Share links of our own on real parts, on the other days: wrong people, second thoughts, impatient fingers.
import assert from 'node:assert/strict';

import { until } from './process.mjs';
import { ANNA, LUKASZ, OWNER, begin, journey, owner, person, redeemers, world } from './sharing.mjs';

begin();

journey('what all of these scenarios watch for would be seen', 60, async () => {
  const visitor = await person();
  const page = await visitor.open('/');
  await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'document.title = "inline"';
    document.head.append(script);
    setTimeout(() => { throw new Error('thrown on purpose'); });
  });
  // Whoever leaves a page takes along what it has not done yet.
  await until('complaints of the page', 10, () => visitor.complaints.length >= 2);
  const tab = await page.context().newPage();
  await tab.goto('http://elsewhere.invalid/').catch(() => {});
  await until('a complaint of the request', 10, () => visitor.complaints.length >= 3);
  // The browser may try again; closed, it does not.
  await tab.close();
  const seen = [...new Set(visitor.complaints.splice(0))].sort();
  assert.equal(seen.length, 3, seen.join('\n'));
  assert.match(seen[0], /^console at http:\/\/127\.0\.0\.1:\d+\/: .*violates the following Content Security Policy/);
  assert.deepEqual(seen.slice(1), ['request to http://elsewhere.invalid/', 'script: thrown on purpose']);
});

journey('a link for one use is used up by it', 120, async () => {
  const sharer = await owner();
  const { url, page } = await sharer.share({ people: '@kubermatic.com', uses: 'Once' });
  // She looked at it while it was good.
  const slow = await person();
  await slow.open(url);
  const quick = await person();
  await quick.redeem(url, 'lukasz');
  assert.equal(await quick.heading(), 'Your kubeconfig for lab');
  await slow.link('Log in and get access');
  await slow.page.waitForLoadState();
  assert.deepEqual([slow.status, await slow.heading()], [410, 'The link is used up']);
  await slow.lookAtAccessibility();
  // Whoever had the last use keeps it.
  await quick.page.reload();
  assert.equal((await quick.download()).name, 'kubeconfig-lab7x9k2mp');

  assert.deepEqual(await redeemers(sharer, page), [LUKASZ]);
  assert.match(await sharer.words(), /Used up This link was used as often as it may be\. .* Uses 1 of 1 use /);
});

journey('of two who log in for the last use one gets it', 120, async () => {
  const sharer = await owner();
  const { url, page } = await sharer.share({ people: '@kubermatic.com', uses: 'Once' });
  const both = [await person(), await person()];
  for (const somebody of both) {
    await somebody.open(url);
    await somebody.link('Log in and get access');
  }
  await both[0].atProvider('anna');
  await both[1].atProvider('lukasz');
  assert.equal(await both[0].heading(), 'Your kubeconfig for lab');
  assert.deepEqual([both[1].status, await both[1].heading()], [410, 'The link is used up']);
  assert.deepEqual(await redeemers(sharer, page), [ANNA]);
});

journey('who it is not for is told as whom they came, and can come as somebody else', 120, async () => {
  const sharer = await owner();
  const { url, page } = await sharer.share({ people: ANNA });
  const recipient = await person();
  await recipient.redeem(url, 'lukasz');
  assert.deepEqual([recipient.status, await recipient.heading()], [403, 'This link is for other people']);
  assert.match(await recipient.words(), new RegExp(`You are logged in as ${LUKASZ}\\.`));
  await recipient.lookAtAccessibility();
  await recipient.link('Log in as someone else');
  // The provider knows Lukasz, and has to ask all the same.
  assert.equal((await recipient.atProvider('anna'))[0], 'login');
  assert.equal(await recipient.heading(), 'Your kubeconfig for lab');
  assert.deepEqual(await redeemers(sharer, page), [ANNA]);
});

journey('a link for a domain is for those of the domain', 120, async () => {
  const sharer = await owner();
  const other = await sharer.share({ people: '@example.com' });
  const own = await sharer.share({ people: '@kubermatic.com' });
  const recipient = await person();
  await recipient.redeem(other.url, 'lukasz');
  assert.deepEqual([recipient.status, await recipient.heading()], [403, 'This link is for other people']);
  const second = await person();
  await second.redeem(own.url, 'lukasz');
  assert.equal(await second.heading(), 'Your kubeconfig for lab');
  assert.deepEqual(await redeemers(sharer, other.page), []);
  assert.deepEqual(await redeemers(sharer, own.page), [LUKASZ]);
});

journey('a no at the provider leads back to where it began', 120, async () => {
  const sharer = await person();
  await sharer.open('/');
  await sharer.link('Log in to share a cluster');
  await sharer.page.click('a[href$="/abort"]');
  await sharer.home();
  assert.deepEqual([sharer.status, await sharer.heading()], [400, 'The login was refused']);
  assert.match(await sharer.words(), /by mistake, open the link again, or log in again to share a cluster\./);
  await sharer.lookAtAccessibility();
  await sharer.link('Try again');
  await sharer.atProvider('owner');
  assert.equal(sharer.path(), '/clusters');

  const { url, page } = await sharer.share({ people: LUKASZ });
  const recipient = await person();
  await recipient.open(url);
  await recipient.link('Log in and get access');
  await recipient.page.click('a[href$="/abort"]');
  await recipient.home();
  assert.deepEqual([recipient.status, await recipient.heading()], [400, 'The login was refused']);
  await recipient.link('Try again');
  await recipient.page.waitForURL(url);
  assert.equal(await recipient.heading(), 'Access to lab');
  await recipient.link('Log in and get access');
  await recipient.atProvider('lukasz');
  assert.equal(await recipient.heading(), 'Your kubeconfig for lab');
  assert.deepEqual(await redeemers(sharer, page), [LUKASZ]);
});

journey('back and forward again lose nothing and use nothing', 120, async () => {
  const sharer = await owner();
  const { url, page } = await sharer.share({ people: LUKASZ, uses: 'Once' });
  const recipient = await person();
  await recipient.redeem(url, 'lukasz');
  const done = recipient.page.url();
  let steps = 0;
  while (recipient.page.url() !== url && steps < 6) {
    await recipient.page.goBack();
    steps += 1;
  }
  // The page of the link, which is used up by now.
  assert.deepEqual([recipient.page.url(), recipient.status], [url, 410]);
  for (; steps > 0 && recipient.page.url() !== done; steps -= 1) await recipient.page.goForward();
  assert.equal(recipient.page.url(), done);
  assert.equal(await recipient.heading(), 'Your kubeconfig for lab');
  assert.equal((await recipient.download()).name, 'kubeconfig-lab7x9k2mp');
  assert.deepEqual(await redeemers(sharer, page), [LUKASZ]);
});

journey('a double click on the login is one login', 120, async () => {
  const sharer = await owner();
  const { url, page } = await sharer.share({ people: LUKASZ });
  const recipient = await person();
  await recipient.open(url);
  await recipient.page.getByRole('link', { name: 'Log in and get access' }).dblclick();
  await recipient.atProvider('lukasz');
  assert.equal(await recipient.heading(), 'Your kubeconfig for lab');
  assert.deepEqual(await redeemers(sharer, page), [LUKASZ]);
});

journey('a double click on "Make the link" makes a link that works', 120, async () => {
  const sharer = await owner();
  await sharer.go('/links');
  const links = sharer.page.locator('ul.links > li');
  const before = await links.count();
  await sharer.go('/clusters');
  await sharer.page.getByRole('link', { name: 'Share cluster lab' }).click();
  await sharer.fillIn({ people: LUKASZ, role: 'view', note: '' });
  await sharer.page.getByRole('button', { name: 'Make the link' }).dblclick();
  const { url, page } = await sharer.made();
  const recipient = await person();
  await recipient.redeem(url, 'lukasz');
  assert.deepEqual(await redeemers(sharer, page), [LUKASZ]);
  await sharer.go('/links');
  const made = (await links.count()) - before;
  // Which of the two clicks reach the service is for the browser to say; nothing may come of them but what was pressed.
  assert.ok(made === 1 || made === 2, `${made} links`);
  await sharer.go(`${page}?made`);
  await sharer.page.reload();
  await sharer.go('/links');
  assert.equal((await links.count()) - before, made);
});

journey('a session that ended in between says so, and leads back to the form', 120, async () => {
  const sharer = await owner();
  await sharer.page.getByRole('link', { name: 'Share cluster lab' }).click();
  const form = sharer.path();
  await sharer.fillIn({ people: LUKASZ, role: 'view', note: '' });
  await sharer.context.clearCookies({ name: 'kkp-session' });
  await sharer.press('Make the link');
  await sharer.page.getByRole('heading', { name: 'You have been logged out' }).waitFor();
  assert.equal(sharer.status, 401);
  assert.match(await sharer.words(), /Log in and do it again\. Nothing was changed\./);
  await sharer.lookAtAccessibility();
  await sharer.link('Log in');
  await sharer.home();
  assert.equal(sharer.path(), form);
  await sharer.fillIn({ people: LUKASZ, role: 'view', note: '' });
  await sharer.press('Make the link');
  const { page } = await sharer.made();

  // The same for taking it back: that is not done by logging in again.
  await sharer.page.getByText('Take this link back').click();
  await sharer.context.clearCookies({ name: 'kkp-session' });
  await sharer.press('Yes, take it back');
  await sharer.page.getByRole('heading', { name: 'You have been logged out' }).waitFor();
  await sharer.link('Log in');
  await sharer.home();
  assert.equal(sharer.path(), page);
  assert.match(await sharer.words(), /This link can be used\./);
});

journey('what is wrong with the form is said on it, and nothing typed is lost', 60, async () => {
  const sharer = await owner();
  await sharer.page.getByRole('link', { name: 'Share cluster lab' }).click();
  await sharer.fillIn({ people: 'not an address', role: 'view', note: 'Typed with care.' });
  await sharer.press('Make the link');
  await sharer.page.getByRole('heading', { name: 'Please look at this again' }).waitFor();
  assert.equal(await sharer.page.inputValue('#people'), 'not an address');
  assert.equal(await sharer.page.inputValue('#note'), 'Typed with care.');
  await sharer.lookAtAccessibility();
  await sharer.page.getByLabel('E-mail addresses, domains and groups').fill(LUKASZ);
  await sharer.press('Make the link');
  await sharer.made();
});

journey('a link of somebody else is none', 60, async () => {
  const sharer = await owner();
  const { page } = await sharer.share({ people: LUKASZ });
  const stranger = await person();
  await stranger.open(page);
  await stranger.atProvider('anna');
  assert.deepEqual([stranger.status, await stranger.heading()], [404, 'There is no such page']);
  assert.ok(!(await stranger.words()).includes(OWNER));
  assert.equal(world.service.log().includes('panicked'), false);
});

journey('a kubeconfig is for the browser that logged in', 60, async () => {
  const sharer = await owner();
  const { url } = await sharer.share({ people: LUKASZ });
  const recipient = await person();
  await recipient.redeem(url, 'lukasz');
  const done = recipient.path();
  const other = await person();
  await other.open('/');
  for (const path of [done, done.replace('/done/', '/download/')]) {
    assert.equal(await other.go(path), 404);
    assert.equal(await other.heading(), 'The kubeconfig is no longer here');
  }
});

journey('another site cannot take a link back in the name of its owner', 60, async () => {
  const sharer = await owner();
  const { page } = await sharer.share({ people: LUKASZ });
  // Of another site as the browser sees it, and it may be asked for.
  const elsewhere = `${world.provider.issuer}/elsewhere`;
  const form = `<form method="post" action="${world.service.origin}${page}/revoke"><button>A kitten</button></form>`;
  await sharer.context.route(elsewhere, (route) => route.fulfill({ contentType: 'text/html', body: form }));
  await sharer.page.goto(elsewhere);
  await sharer.press('A kitten');
  await sharer.home();
  assert.deepEqual([sharer.status, await sharer.heading()], [403, 'This did not come from our own page']);
  await sharer.go(page);
  assert.match(await sharer.words(), /This link can be used\./);
});
