// The published dashboard in headless Chromium: signs in, reads the delivery overview, connects vendors by their consent
// pages, checks accessibility in both colour schemes, and leaves screenshots. Settings come in the environment
// (infra/xtask/src/e2e.rs).
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { connections } from './connections.mjs';
import { accounts, privacy } from './sign-in.mjs';

const { DASHBOARD_URL: url, FRONT_URL: front, DASHBOARD_TOKEN: token, GITHUB_URL: github } = process.env;
const { CHROMIUM: executablePath, SCREENSHOTS: screenshots } = process.env;
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const profile = await mkdtemp(join(tmpdir(), 'plumbline-e2e-'));
const context = await chromium.launchPersistentContext(profile, {
  executablePath,
  headless: true,
  viewport: { width: 1440, height: 1000 },
  // The browser's own services have nothing to do here, and it runs as root in CI.
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--disable-background-networking',
    '--disable-sync',
    // The stack has its address from before it knew on which port it would be found.
    `--host-resolver-rules=MAP ${new URL(url).host} ${new URL(front).host}`,
  ],
});
const complaints = [];
const page = await context.newPage();

try {
  // A refused inline script or style, a missing file, an exception: all end up here.
  // That nobody is signed in yet is an answer, too, though the browser calls it an error.
  const asksWhoIsIn = (message) => new URL(message.location().url || url).pathname === '/api/me';
  page.on('console', (message) => {
    if (message.type() === 'error' && !asksWhoIsIn(message)) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));

  await page.goto(url);
  await page.getByLabel('Access token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sync now' }).waitFor();
  await page.getByText('Cycle time').first().waitFor();
  await page.waitForLoadState('networkidle');
  const text = await page.locator('main').innerText();
  for (const name of ['Throughput', 'Cycle time', 'Coding time', 'Review load']) {
    assert.match(text, new RegExp(name, 'i'), `the overview shows ${name}`);
  }
  assert.ok((await page.locator('main svg').count()) > 0, 'the overview has charts');

  await look(page, 'delivery');

  // The range is part of the address: a reload and a shared link show the same. The path is not a file in the bucket.
  const shared = new URL(page.url());
  await page.goto(shared.href);
  await page.getByText('Cycle time').first().waitFor();
  const response = await page.request.get(new URL('/some/page', front).href);
  assert.equal(response.status(), 200, 'paths without a file are index.html');
  assert.match(response.headers()['content-security-policy'] ?? '', /default-src 'self'/);

  await accounts({ context, url, front, token });
  await privacy({ context, url, look });
  await connections({ page, url, front, token, github });
  await look(page, 'connections');
  assert.deepEqual(complaints, [], 'the browser has nothing to complain about');
  console.log('the dashboard works in the browser');
} catch (error) {
  // What there was to be seen instead.
  console.error(`at ${page.url()}\nthe browser says: ${complaints.join('\n') || 'nothing'}`);
  for (const alert of await page.getByRole('alert').allInnerTexts()) console.error(`the page says: ${alert}`);
  await page.screenshot({ path: join(screenshots, 'failure.png'), fullPage: true });
  throw error;
} finally {
  await context.close();
  await rm(profile, { recursive: true, force: true });
}

/** A page in both colour schemes and on a phone: screenshots, and what axe says. */
async function look(page, name) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(screenshots, `${name}-${colorScheme}.png`), fullPage: true });
    await accessible(page, `${name} in ${colorScheme}`);
  }
  const desk = page.viewportSize();
  await page.setViewportSize({ width: 390, height: 844 });
  await page.screenshot({ path: join(screenshots, `${name}-phone.png`), fullPage: true });
  await accessible(page, `${name} on a phone`);
  await page.setViewportSize(desk);
}

/** No serious violation of WCAG 2 A and AA, as far as axe can tell. */
async function accessible(page, what) {
  // Through the debugger, as the page's own content security policy rightly refuses foreign scripts.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run({ runOnly: ['wcag2a', 'wcag2aa'] }));
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  const found = serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
  assert.deepEqual(found, [], `accessible: ${what}`);
}
