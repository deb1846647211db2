// Signing in as a person does, by the simulated issuer's page: what a developer sees then and when it is over, and what an
// admin sees.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

/** The team of the demo. */
const TEAM = 'Acme Rail';

/** Signs in by the issuer's page as `who`: `admin`, `lead` or `developer`. The page ends in the dashboard. */
export async function signIn({ page, url, who }) {
  await page.goto(url);
  const name = 'Sign in with Acme sign-in';
  await page.getByRole('link', { name, exact: true }).or(page.getByRole('button', { name, exact: true })).click();
  await page.getByRole('heading', { name: 'Acme sign-in', exact: true }).waitFor();
  await page.getByRole('button', { name: new RegExp(`^Sign in as .+ \\(${who}\\)$`) }).click();
  const { origin } = new URL(url);
  await page.waitForURL((address) => address.origin === origin && !address.pathname.startsWith('/auth/'));
}

/** A call of the page itself, with its cookies and its origin: the status, and JSON where there is any. */
function call(page, path, { method = 'GET', body } = {}) {
  return page.evaluate(
    async ([address, init]) => {
      const answer = await fetch(address, init);
      const text = await answer.text();
      const isJson = /^application\/(problem\+)?json/.test(answer.headers.get('content-type') ?? '');
      return { status: answer.status, text, json: isJson && text ? JSON.parse(text) : null };
    },
    [path, { method, ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }) }],
  );
}

/** The rows of an export's first page, in text of one JSON object a line. */
const rowsOf = (text) => text.split('\n').filter(Boolean).map((line) => JSON.parse(line));

/**
 * Somebody signs in as a developer, sees what is theirs and nobody else's, and signs out. It happens in a tab of its own,
 * where the operator's token is not: browsers log refusals, of which there are some, as errors of the page.
 */
export async function accounts({ context, url, front, token }) {
  const page = await context.newPage();
  try {
    await signIn({ page, url, who: 'developer' });
    const me = await call(page, '/api/me');
    assert.equal(me.status, 200, me.text);
    assert.equal(me.json.kind, 'user');
    assert.equal(me.json.issuer, 'demo');
    const team = me.json.teams.find(({ name }) => name === TEAM);
    assert.equal(team?.role, 'developer', me.text);
    assert.equal(me.json.teams.length, 1, 'nobody comes into a team that did not invite them');
    const teamPath = `/api/teams/${team.team_id}`;

    const connections = await call(page, `${teamPath}/connections`);
    assert.equal(connections.status, 403, connections.text);

    const { json: membership } = await call(page, `${teamPath}/members/me`);
    assert.ok(membership?.member, 'the address that the issuer vouches for shows which member signed in');
    const path = `${teamPath}/export/members?format=ndjson&limit=5000`;
    const everybody = await fetch(`${front}${path}`, { headers: { authorization: `Bearer ${token}` } });
    const all = rowsOf(await everybody.text()).map(({ id }) => id);
    const own = all.filter((id) => membership.member.accounts.includes(id));
    assert.ok(own.length > 0 && all.length > own.length, `${own.length} of ${all.length} rows are the developer's`);
    const seen = await call(page, path);
    assert.equal(seen.status, 200, seen.text);
    assert.deepEqual(rowsOf(seen.text).map(({ id }) => id), own, 'the export has no row of anybody else');

    // Everything about oneself: asked for on the page, made by a job, and fetched from where the files are.
    await page.goto(new URL('/privacy', url).href);
    await page.getByRole('button', { name: 'Export my data' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download', { timeout: 120_000 }),
      page.getByRole('link', { name: /^Download: My data/ }).click({ timeout: 110_000 }),
    ]);
    const zip = await readFile(await download.path());
    assert.ok(zip.subarray(0, 2).toString() === 'PK' && zip.length > 1000, `a zip of ${zip.length} bytes`);

    const isSession = ({ name }) => name === '__Host-plumbline-session';
    const session = (await context.cookies()).find(isSession);
    assert.ok(session?.httpOnly && session.secure && session.sameSite === 'Lax', JSON.stringify(session));
    const out = await call(page, '/auth/sign-out', { method: 'POST', body: {} });
    assert.equal(out.status, 204, out.text);
    assert.equal((await context.cookies()).find(isSession), undefined, 'the cookie is taken back');
    // Whoever kept it has nothing.
    const headers = { cookie: `${session.name}=${session.value}` };
    assert.equal((await fetch(`${front}/api/me`, { headers })).status, 401, 'the session is over');
  } finally {
    await page.close();
  }
}

/** An admin looks at what is kept of the team's people. Nothing is begun: others need the team as it is. */
export async function privacy({ context, url, look }) {
  const page = await context.newPage();
  try {
    await signIn({ page, url, who: 'admin' });
    await page.goto(new URL('/privacy', url).href);
    await page.getByRole('heading', { name: 'Data & privacy', level: 1 }).waitFor();
    for (const name of ['My data', 'My erasure', 'The team’s data', 'Erasures', 'Delete this team']) {
      await page.getByRole('region', { name, exact: true }).waitFor();
    }
    // What the parts are about is read by then.
    for (const name of ['Export my data', 'Ask for my erasure', 'Export the team’s data', 'Begin an erasure']) {
      await page.getByRole('button', { name, exact: true }).waitFor();
    }
    await page.waitForLoadState('networkidle');
    assert.deepEqual(await page.getByRole('alert').allInnerTexts(), [], 'nothing is refused to an admin');
    assert.equal(await page.getByRole('status', { name: 'Loading' }).count(), 0, 'everything is there');
    await look(page, 'privacy');
    const out = await call(page, '/auth/sign-out', { method: 'POST', body: {} });
    assert.equal(out.status, 204, out.text);
  } finally {
    await page.close();
  }
}
