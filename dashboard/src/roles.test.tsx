import { screen, within } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import type { PersonKey } from './test/people.ts';
import { aroundEachTest, noViolations, openApp } from './test/open-app.tsx';

aroundEachTest();

const FOR_ALL = ['Delivery', 'AI impact'];
const FOR_ADMINS = ['Connections', 'Access', 'Audit log'];
const LAST = 'Data & privacy';

async function pages() {
  const navigation = await screen.findByRole('navigation', { name: 'Pages' });
  return within(navigation)
    .getAllByRole('link')
    .map((link) => link.textContent);
}

describe('the pages that are offered', () => {
  test.each([
    ['admin', [...FOR_ALL, 'My surveys', 'Survey settings', ...FOR_ADMINS, LAST]],
    ['lead', [...FOR_ALL, 'My surveys', 'Survey settings', LAST]],
    ['developer', [...FOR_ALL, 'My surveys', 'Survey settings', LAST]],
    ['operator', [...FOR_ALL, 'Survey settings', ...FOR_ADMINS, LAST]],
  ] satisfies [PersonKey | 'operator', string[]][])('to %s', async (who, names) => {
    openApp('/?team=team-acme', 'normal', who);
    expect(await pages()).toEqual(names);
  });

  test('depend on what one is in the team that is shown', async () => {
    const { user } = openApp('/?team=team-acme', 'normal', 'admin');
    expect(await pages()).toContain('Access');
    await user.selectOptions(screen.getByLabelText('Team'), 'Globex Platform Engineering');
    expect(await pages()).toEqual([...FOR_ALL, 'My surveys', 'Survey settings', LAST]);
  });

  test('are of the teams that one is in', async () => {
    openApp('/?team=team-globex', 'normal', 'developer');
    expect(await screen.findByRole('alert')).toHaveTextContent('You are in no team team-globex.');
    const switcher = screen.getByLabelText('Team');
    expect(within(switcher).queryByRole('option', { name: /Globex/ })).toBeNull();
    expect(within(switcher).getByRole('option', { name: 'Acme' })).toBeInTheDocument();
  });
});

describe('a page that is opened by its address', () => {
  test.each([
    [
      'developer',
      '/connections',
      'Connections',
      'What Acme is read from is for the team’s admins.',
      'a developer',
    ],
    ['lead', '/access', 'Access', 'with which tokens, is for the team’s admins.', 'a lead'],
    ['developer', '/audit', 'Audit log', 'Who did and saw what in Acme', 'a developer'],
    ['operator', '/my-surveys', 'My surveys', 'sign in as one of them', 'access token'],
  ] satisfies [PersonKey | 'operator', string, string, string, string][])(
    'says to %s why %s is not open to them, and asks for nothing',
    async (who, path, heading, words, why) => {
      const { api, view } = openApp(`${path}?team=team-acme`, 'normal', who);
      const part = await screen.findByRole('region', { name: 'This page is not open to you' });
      expect(screen.getByRole('heading', { level: 1, name: heading })).toBeVisible();
      expect(part).toHaveTextContent(words);
      expect(part).toHaveTextContent(why);
      expect(api.calls).toEqual(['GET /api/me']);
      await noViolations(view.container);
    },
  );
});

describe('syncs', () => {
  test.each([
    ['admin', true],
    ['operator', true],
    ['lead', false],
    ['developer', false],
  ] satisfies [PersonKey | 'operator', boolean][])('%s may start them: %s', async (who, mayStart) => {
    openApp('/?team=team-acme', 'normal', who);
    const panel = await screen.findByRole('region', { name: 'Sync status' });
    expect(await within(panel).findByText('Up to date')).toBeVisible();
    expect(within(panel).queryByRole('button', { name: 'Sync now' }) !== null).toBe(mayStart);
  });

  test('what to do next is said to those who can do it', async () => {
    openApp('/?team=team-acme', 'never-synced', 'developer');
    const part = await screen.findByRole('region', { name: 'Connected, but not synced yet' });
    expect(part).toHaveTextContent('as soon as an admin of the team starts it');
    expect(part).not.toHaveTextContent('Sync now');
  });

  test('nor is anybody sent to connections that they may not see', async () => {
    openApp('/?team=team-acme', 'no-connection', 'developer');
    const part = await screen.findByRole('region', { name: 'Nothing is connected yet' });
    expect(part).toHaveTextContent('An admin of the team can connect it.');
    expect(within(part).queryByRole('link')).toBeNull();
  });
});

test('of the review load others than admins see whom they may, and how much that leaves out', async () => {
  openApp('/?team=team-acme', 'normal', 'developer');
  const part = await screen.findByRole('region', { name: 'Review load' });
  expect(part).toHaveTextContent('chioma-eze');
  expect(part).not.toHaveTextContent('ada-moreau');
  expect(part).toHaveTextContent(/\d+ reviews by people whose single numbers your role does not show/);
});

test('days of the audit log do not become those of the metrics', async () => {
  const { user } = openApp('/audit?team=team-acme&from=2026-11-01&to=2026-11-02', 'normal', 'admin');
  await user.click(await screen.findByRole('link', { name: 'Delivery' }));
  await screen.findByRole('heading', { name: 'Delivery overview' });
  expect(window.location.search).toBe('?team=team-acme&from=2026-08-25&to=2026-11-22');
});
