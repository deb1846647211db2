import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test, vi } from 'vitest';
import { TOKEN } from './test/fake-api.ts';
import type { PersonKey } from './test/people.ts';
import type { Scenario } from './test/sync-sample.ts';
import { problemBody } from './test/fake-route.ts';
import { aroundEachTest, noViolations, openApp, refuse, refuseAs } from './test/open-app.tsx';

aroundEachTest();

function open(
  scenario: Scenario = 'normal',
  { who = 'operator', search = '' }: { who?: PersonKey | 'operator' | null; search?: string } = {},
) {
  return openApp(`/${search}`, scenario, who);
}

/** The numbers are there. */
async function metrics() {
  return screen.findByRole('region', { name: 'Cycle time' });
}

async function pass(milliseconds: number) {
  await act(async () => {
    await vi.advanceTimersByTimeAsync(milliseconds);
  });
}

describe('signing in', () => {
  test('a refused token stays on the form with the reason, an accepted one opens the page', async () => {
    const { user, store, view } = open('normal', { who: null });
    await user.click(await screen.findByRole('button', { name: 'Sign in' }));
    await noViolations(view.container);
    expect(await screen.findByRole('alert')).toHaveTextContent('Enter the access token.');

    const field = screen.getByLabelText('Access token');
    await user.type(field, 'wrong{Enter}');
    expect(await screen.findByRole('alert')).toHaveTextContent('The access token was refused.');
    expect(store.current().token).toBeNull();

    await user.clear(field);
    await user.type(field, `${TOKEN}{Enter}`);
    expect(await screen.findByRole('heading', { name: 'Delivery overview' })).toBeVisible();
    expect(window.sessionStorage.getItem('plumbline.token')).toBe(TOKEN);
    await metrics();
  });

  test('a token refused later leads back to the form', async () => {
    const { api, user } = open();
    await metrics();
    api.token = 'another';
    await user.click(screen.getByRole('button', { name: 'Last 30 days' }));
    expect(await screen.findByRole('alert')).toHaveTextContent('The access token was refused.');
    expect(window.sessionStorage).toHaveLength(0);
  });

  test('another token replaces the first one and all it has read', async () => {
    const { api, store } = open();
    await metrics();
    api.token = 'another';
    act(() => {
      store.signIn('another');
    });
    expect(screen.queryByRole('region', { name: 'Cycle time' })).toBeNull();
    await metrics();
    act(() => {
      store.signIn('wrong');
    });
    expect(await screen.findByRole('alert')).toHaveTextContent('The access token was refused.');
  });

  test('signing out forgets the token', async () => {
    const { api, user } = open();
    await metrics();
    await user.click(screen.getByRole('button', { name: 'Account: Operator' }));
    expect(screen.getByRole('group', { name: 'Account' })).toHaveTextContent(
      'Signed in withthe access token',
    );
    expect(screen.queryByRole('button', { name: 'Sign out everywhere' })).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Sign out' }));
    expect(await screen.findByRole('heading', { name: 'Sign in' })).toBeVisible();
    expect(screen.queryByRole('alert')).toBeNull();
    expect(window.sessionStorage).toHaveLength(0);
    expect(api.calls.filter((call) => call.startsWith('POST'))).toEqual([]);
  });
});

describe('the delivery overview', () => {
  test('shows the last 90 days and says so in the address', async () => {
    const { api } = open();
    const card = await metrics();
    expect(card).toHaveTextContent(/median/);
    expect(card).toHaveTextContent(/p75/);
    expect(card).toHaveTextContent(/n = \d+/);
    expect(window.location.search).toBe('?team=team-acme&from=2026-08-25&to=2026-11-22');
    expect(api.calls).toContain('GET /api/teams/team-acme/metrics/delivery?from=2026-08-25&to=2026-11-22');
    for (const name of ['Throughput', 'Coding time', 'Lead time', 'Review rounds', 'Reverts, hotfixes']) {
      expect(screen.getByRole('region', { name })).toHaveTextContent(/n = \d+/);
    }
    expect(screen.getByRole('list', { name: 'Pull requests by size' }).children).toHaveLength(5);
    expect(screen.getByText('dependabot[bot]')).toBeVisible();
  });

  test('has no accessibility violations, with an explanation and a table open', async () => {
    const { user, view } = open();
    await metrics();
    await noViolations(view.container);
    await user.click(screen.getByRole('button', { name: 'Table: Cycle time by week' }));
    await user.click(screen.getByRole('button', { name: 'About Lead time' }));
    await noViolations(view.container);
  });

  test('tells each metric’s definition, exclusions and age one click away', async () => {
    const { user } = open();
    await metrics();
    const button = screen.getByRole('button', { name: 'About Coding time' });
    await user.click(button);
    expect(button).toHaveAttribute('aria-expanded', 'true');
    const panel = screen.getByRole('group', { name: 'About Coding time' });
    expect(panel).toHaveTextContent('Time from the author date of the first commit to ready.');
    expect(panel).toHaveTextContent('The first commit is dated after the pull request was ready');
    expect(panel).toHaveTextContent('Data as of 12 minutes ago');
    await user.keyboard('{Escape}');
    expect(button).toHaveAttribute('aria-expanded', 'false');
    expect(button).toHaveFocus();
  });

  test('gives every chart’s numbers as a table', async () => {
    const { user } = open();
    await metrics();
    expect(screen.getByRole('img', { name: /^Median cycle time and its phases/ })).toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'Table: Cycle time by week' }));
    const table = within(screen.getByRole('region', { name: 'Table of cycle time by week' })).getByRole(
      'table',
    );
    // 13 weeks, the first cut by the range, and the head.
    expect(within(table).getAllByRole('row')).toHaveLength(14);
    expect(within(table).getByText('25 Aug – 30 Aug 2026')).toBeVisible();
  });

  test('filters and presets are in the address, and the way back restores them', async () => {
    const { api, user } = open();
    await metrics();
    await user.selectOptions(screen.getByLabelText('Repository'), 'acme/checkout');
    await waitFor(() => {
      expect(window.location.search).toContain('repository=acme%2Fcheckout');
      expect(api.calls.at(-1)).toContain('repository=acme%2Fcheckout');
    });
    await user.click(screen.getByRole('button', { name: 'Last 365 days' }));
    expect(window.location.search).toContain('from=2025-11-23&to=2026-11-22');
    expect(screen.getByRole('button', { name: 'Last 365 days' })).toHaveAttribute('aria-pressed', 'true');

    act(() => {
      window.history.replaceState(null, '', '/?team=team-acme&from=2026-08-25&to=2026-11-22');
      window.dispatchEvent(new PopStateEvent('popstate'));
    });
    expect(screen.getByLabelText('Repository')).toHaveValue('');
    expect(screen.getByRole('button', { name: 'Last 90 days' })).toHaveAttribute('aria-pressed', 'true');
  });

  test('an address with filters is honoured, also for what the lists do not have', async () => {
    const { api } = open('normal', { search: '?from=2026-10-01&to=2026-10-31&author=somebody-gone' });
    await waitFor(() => {
      expect(api.calls).toContain(
        'GET /api/teams/team-acme/metrics/delivery?from=2026-10-01&to=2026-10-31&author=somebody-gone',
      );
    });
    expect(await screen.findByLabelText('Author')).toHaveValue('somebody-gone');
    expect(
      await screen.findByRole('heading', { name: 'No pull request was merged in this range' }),
    ).toBeVisible();
  });

  test('dates that are no range are explained and not asked for', async () => {
    const { api } = open('normal', { search: '?from=2026-11-22&to=2026-11-01' });
    expect(await screen.findByRole('alert')).toHaveTextContent('The last day is before the first day.');
    expect(screen.getByLabelText('To')).toBeInvalid();
    expect(api.calls.filter((call) => call.includes('/metrics/'))).toEqual([]);
  });

  test('another team starts without the first one’s filters', async () => {
    const { api, user } = open('normal', { search: '?from=2026-10-01&to=2026-10-31&group=web' });
    await metrics();
    await user.selectOptions(screen.getByLabelText('Team'), 'Globex Platform Engineering');
    await waitFor(() => {
      expect(api.calls).toContain(
        'GET /api/teams/team-globex/metrics/delivery?from=2026-10-01&to=2026-10-31',
      );
    });
    expect(window.location.search).toBe('?team=team-globex&from=2026-10-01&to=2026-10-31');
  });

  test('the people are asked for when somebody wants to choose one of them, and not before', async () => {
    const { api, user, view } = open();
    await metrics();
    expect(api.calls.filter((call) => call === 'GET /api/teams')).toEqual([]);
    refuse(api, '/api/teams', 'Not now', 'Later.', 400);
    await user.click(screen.getByRole('button', { name: 'Author All authors' }));
    expect(await screen.findByText('The people could not be loaded.')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Author All authors' }));
    const choice = await screen.findByRole('combobox', { name: 'Author' });
    expect(choice).toHaveFocus();
    await noViolations(view.container);
    await user.selectOptions(choice, 'bram-de-wit (Bram de Wit)');
    await waitFor(() => {
      expect(api.calls.at(-1)).toContain('author=bram-de-wit');
    });
    expect(api.calls.filter((call) => call === 'GET /api/teams')).toHaveLength(2);
  });

  test('numbers of too few people are not shown, and that is no failure', async () => {
    const { api, user, view } = open('normal', { who: 'developer', search: '?team=team-acme' });
    await metrics();
    const words = 'These numbers would be of fewer than 5 people. Ask for a larger group.';
    refuseAs(api, '/api/teams/team-acme/metrics/delivery', 403, 'too-few-people', words);
    await user.selectOptions(screen.getByLabelText('Group'), 'Web (5)');
    const part = await screen.findByRole('region', { name: 'Too few people to show numbers of' });
    expect(part).toHaveTextContent(words);
    expect(screen.queryByRole('alert')).toBeNull();
    expect(screen.queryByText(/Request id/)).toBeNull();
    await noViolations(view.container);
    await user.click(within(part).getByRole('button', { name: 'Clear the filters' }));
    await metrics();
    expect(window.location.search).not.toContain('group=');
  });

  test('too many calls are made again when the API says that they may be', async () => {
    const { api } = openApp('/?team=team-acme', 'normal', 'operator', (fake) => {
      fake.failures.push({
        path: '/api/teams/team-acme/metrics/delivery',
        status: 429,
        body: problemBody(429, 'too-many-calls', 'Go on in 7 seconds.'),
        headers: { 'retry-after': '7' },
      });
    });
    const asked = () => api.calls.filter((call) => call.includes('/metrics/delivery')).length;
    await waitFor(() => {
      expect(asked()).toBe(1);
    });
    await pass(5_000);
    expect(asked()).toBe(1);
    expect(screen.queryByRole('alert')).toBeNull();
    await pass(3_000);
    await metrics();
    expect(asked()).toBe(2);
  });

  test('a failure shows what the API says and can be tried again', async () => {
    const { api, user } = open('normal', { search: '?from=2026-10-01&to=2026-10-31' });
    await metrics();
    api.failures.push({
      path: '/api/teams/team-acme/metrics/delivery',
      status: 400,
      body: {
        type: 'about:blank',
        title: 'Range',
        status: 400,
        detail: 'Not that one.',
        request_id: 'req-42',
      },
    });
    // The numbers of the answer before stay until there is another.
    await user.click(screen.getByRole('button', { name: 'Last 30 days' }));
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('Range: Not that one.');
    expect(alert).toHaveTextContent('req-42');
    await user.click(within(alert).getByRole('button', { name: 'Try again' }));
    await metrics();
    expect(screen.queryByRole('alert')).toBeNull();
  });
});

describe('syncing', () => {
  test('shows progress while it runs, stops asking when it is done, and reads the numbers again', async () => {
    const { api, user } = open();
    await metrics();
    const asked = (path: string) => api.calls.filter((call) => call.includes(path)).length;
    const before = asked('/metrics/delivery');
    const panel = screen.getByRole('region', { name: 'Sync status' });
    expect(panel).toHaveTextContent('Up to date');
    expect(panel).toHaveTextContent('12 minutes ago (22 Nov 2026, 12:48 CET)');

    await user.click(within(panel).getByRole('button', { name: 'Sync now' }));
    expect(api.calls).toContain('POST /api/sync');
    expect(await within(panel).findByRole('progressbar', { name: 'Progress of GitHub' })).toBeVisible();
    expect(within(panel).getByRole('button', { name: 'Syncing…' })).toBeDisabled();

    for (let poll = 0; poll < api.stepsPerRun; poll += 1) await pass(2_100);
    await waitFor(() => {
      expect(panel).toHaveTextContent('just now');
    });
    expect(within(panel).queryByRole('progressbar')).toBeNull();
    await waitFor(() => {
      expect(asked('/metrics/delivery')).toBe(before + 1);
    });

    const polls = asked('/api/sync');
    await pass(20_000);
    expect(asked('/api/sync')).toBe(polls);
  });

  test('a broken connection shows its reason in words', async () => {
    open('broken');
    const panel = await screen.findByRole('region', { name: 'Sync status' });
    expect(await within(panel).findByText('Broken')).toBeVisible();
    expect(panel).toHaveTextContent('GitHub refused the token (401 Bad credentials).');
    expect(panel).toHaveTextContent('1 day ago');
  });

  test('a run that waits says until when', async () => {
    open('waiting');
    const panel = await screen.findByRole('region', { name: 'Sync status' });
    expect(await within(panel).findByText('Waiting')).toBeVisible();
    expect(panel).toHaveTextContent('goes on in 23 minutes');
    expect(panel).toHaveTextContent('17 of 40');
    expect(panel).toHaveTextContent('2 set aside');
  });

  test('a run that cannot be started says why', async () => {
    const { api, user } = open();
    await metrics();
    api.failures.push({
      path: '/api/sync',
      status: 503,
      body: {
        type: 'about:blank',
        title: 'Unavailable',
        status: 503,
        detail: 'Try later.',
        request_id: 'req-9',
      },
    });
    await user.click(screen.getByRole('button', { name: 'Sync now' }));
    expect(await screen.findByRole('alert')).toHaveTextContent('Unavailable: Try later.');
    expect(screen.getByRole('button', { name: 'Sync now' })).toBeEnabled();
  });
});

describe('with nothing to show', () => {
  test.each([
    ['no-team', 'There is no team yet', '/api/teams'],
    ['no-connection', 'Nothing is connected yet', 'Go to the connections'],
    ['never-synced', 'Connected, but not synced yet', 'Sync now'],
    ['running', 'The first sync is under way', 'progress'],
  ] satisfies [Scenario, string, string][])('%s: the page says what to do', async (scenario, title, hint) => {
    const { view } = open(scenario);
    const empty = await screen.findByRole('region', { name: title });
    expect(empty).toHaveTextContent(hint);
    await noViolations(view.container);
  });

  test('no merges in the range: the filters can be cleared or the range widened', async () => {
    const { user } = open('normal', { search: '?from=2020-01-01&to=2020-01-31&group=web' });
    await screen.findByRole('region', { name: 'No pull request was merged in this range' });
    await user.click(screen.getByRole('button', { name: 'Clear the filters' }));
    expect(window.location.search).toBe('?team=team-acme&from=2020-01-01&to=2020-01-31');
    await user.click(await screen.findByRole('button', { name: 'Show the last 365 days' }));
    await metrics();
  });

  test('a team that does not exist is named, and another can be chosen', async () => {
    const { user } = open('normal', { search: '?team=gone' });
    expect(await screen.findByRole('alert')).toHaveTextContent('There is no team gone. Choose one above.');
    await user.selectOptions(screen.getByLabelText('Team'), 'Acme');
    await metrics();
  });
});

test('the theme follows the choice and is remembered', async () => {
  const { user } = open();
  await metrics();
  await user.click(screen.getByRole('button', { name: 'Switch to the dark theme' }));
  expect(document.documentElement.dataset.theme).toBe('dark');
  expect(window.localStorage.getItem('plumbline.theme')).toBe('dark');
  expect(screen.getByRole('button', { name: 'Switch to the light theme' })).toBeVisible();
});
