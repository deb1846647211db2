// Connecting vendors as a person does: by their consent pages, with a no and with a forgery among the answers.
import assert from 'node:assert/strict';

/** A JSON call beside the browser; anything but success is an error. */
async function call(address, { token, body } = {}) {
  const answer = await fetch(address, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  assert.ok(answer.ok, `${address} answers ${answer.status}: ${await answer.clone().text()}`);
  return answer.json();
}

/** Connects a team of its own; the page ends on its connections. */
export async function connections({ page, url, front, token, github }) {
  const team = await call(`${front}/api/teams`, { token, body: { name: 'By consent', time_zone: 'Europe/Berlin' } });
  const { github: app } = await call(`${github}/_control/credentials`);
  // GitHub leads back from installing the App only, not from where it is installed already.
  const uninstall = { verb: 'change_installation', installation: app.installation_id, change: 'delete' };
  await call(`${github}/_control/apply`, { body: [uninstall] });

  const card = (name) => page.getByRole('region', { name, exact: true });
  const press = (name, action) => card(name).getByRole('button', { name: `${action}: ${name}`, exact: true }).click();
  const atVendor = async (title, button) => {
    await page.getByRole('heading', { name: title }).waitFor();
    await page.getByRole('button', { name: button, exact: true }).click();
  };
  const connected = async (name, how) => {
    await page.getByText(`${name} is connected.`).waitFor();
    assert.equal(new URL(page.url()).search, `?team=${team.team_id}`);
    await card(name).getByText(how).waitFor();
    await card(name).getByText('Not synced yet').waitFor();
  };

  await page.goto(`${url}/`);
  await page.getByLabel('Team').selectOption({ label: 'By consent' });
  await page.getByRole('link', { name: 'Connections', exact: true }).click();
  await page.getByText('Nothing is connected yet.').waitFor();

  // Somebody says no, and then yes.
  await press('Jira', 'Connect');
  await atVendor('Atlassian: authorize Plumbline', 'Cancel');
  await page.getByRole('alert').getByText('Jira was not connected, because nobody agreed there.').waitFor();
  await card('Jira').getByText('Not connected').waitFor();
  await press('Jira', 'Connect');
  await atVendor('Atlassian: authorize Plumbline', 'Accept');
  await connected('Jira', 'consent at the vendor’s page');
  assert.equal(await page.getByRole('alert').count(), 0, 'the no was shown once');

  // Somebody comes back with the installation of somebody else.
  await press('GitHub', 'Connect');
  await page.getByRole('heading', { name: 'GitHub: install Plumbline' }).waitFor();
  const state = new URL(page.url()).searchParams.get('state');
  const back = `${url}/auth/connections/callback`;
  const asked = new URLSearchParams({ client_id: app.client_id, redirect_uri: back });
  const code = await fetch(`${github}/login/oauth/authorize?${asked}`, { redirect: 'manual' });
  const forged = new URL(code.headers.get('location'));
  for (const [name, value] of [['installation_id', '7'], ['setup_action', 'install'], ['state', state]])
    forged.searchParams.set(name, value);
  await page.goto(forged.href);
  await page.getByRole('alert').getByText('this GitHub user may not use that installation').waitFor();
  await card('GitHub').getByText('Not connected').waitFor();

  await press('GitHub', 'Connect');
  await atVendor('GitHub: install Plumbline', 'Install & Authorize');
  await connected('GitHub', 'the GitHub App');
  await press('GitHub', 'Test');
  await card('GitHub').getByText('It works: GitHub lets Plumbline in.').waitFor();
  await press('GitHub Copilot', 'Connect');
  await atVendor('GitHub: authorize Plumbline', 'Accept');
  await connected('GitHub Copilot', 'the GitHub App');

  await press('Slack', 'Connect');
  await atVendor('Slack: authorize Plumbline', 'Accept');
  await connected('Slack', 'consent at the vendor’s page');
  await press('Slack', 'Sync now');
  await card('Slack').getByText('Up to date').waitFor({ timeout: 120_000 });

  await press('Jira', 'Disconnect');
  await card('Jira').getByText('Connected apps').waitFor();
  await card('Jira').getByRole('button', { name: 'Disconnect Jira', exact: true }).click();
  await card('Jira').getByText('Jira is disconnected.').waitFor();
  await card('Jira').getByText('Not connected').waitFor();
}
