import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import type { FakeApi } from './test/fake-api.ts';
import { aroundEachTest, noViolations, openApp, refuseAs } from './test/open-app.tsx';
import type { PersonKey } from './test/people.ts';

aroundEachTest();

const TEAM = '/api/teams/team-acme';

function open(who: PersonKey | 'operator' = 'admin', prepare: (api: FakeApi) => void = () => undefined) {
  return openApp('/privacy?team=team-acme', 'normal', who, prepare);
}

const part = (name: string) => screen.findByRole('region', { name });
const changes = (api: FakeApi) => api.calls.filter((call) => !call.startsWith('GET'));

describe('the team’s data', () => {
  const prepare = ({ privacy }: FakeApi) => {
    privacy.exports = [
      privacy.export({ id: 'x_team', whose: 'team', asked_by: 'u_ada', bytes: 84_200_000 }),
      privacy.export({ id: 'x_chioma', asked_at: privacy.at(-2) }),
      privacy.export({ id: 'x_operator', whose: 'team', asked_by: null, asked_at: privacy.at(-3) }),
      privacy.export({ id: 'x_gone', whose: 'team', asked_by: 'u_gone', asked_at: privacy.at(-4) }),
    ];
  };

  test('shows all exports, with who asked for them and what is theirs to fetch', async () => {
    const { view } = open('admin', prepare);
    const data = await part('The team’s data');
    const own = await within(data).findByRole('listitem', { name: /^The team’s data, 21 Nov/ });
    await waitFor(() => {
      expect(own).toHaveTextContent('Asked for by Ada Moreau, 1 day ago');
    });
    expect(own).toHaveTextContent('Ready');
    expect(own).toHaveTextContent('Size84 MBCan be downloaded untilin 6 days (28 Nov 2026');
    const chioma = within(data).getByRole('listitem', { name: /^Data of one person, 20 Nov/ });
    expect(chioma).toHaveTextContent('Asked for by Chioma Eze');
    expect(chioma).toHaveTextContent('Only Chioma Eze can download it.');
    expect(within(chioma).queryByRole('link')).toBeNull();
    expect(within(chioma).queryByRole('button')).toBeNull();
    expect(within(data).getByRole('listitem', { name: /19 Nov/ })).toHaveTextContent('by the operator');
    expect(within(data).getByRole('listitem', { name: /18 Nov/ })).toHaveTextContent('by user u_gone');
    // They are not among one's own.
    expect(await part('My data')).toHaveTextContent('You have asked for no export in the last days.');
    await noViolations(view.container);
  });

  test('is asked for, one export at a time, and removed', async () => {
    const { api, user } = open();
    const data = await part('The team’s data');
    expect(await within(data).findByText('Nobody has asked for an export in the last days.')).toBeVisible();
    await user.click(within(data).getByRole('button', { name: 'Export the team’s data' }));
    const row = await within(data).findByRole('listitem', { name: /^The team’s data, 22 Nov/ });
    expect(api.bodies).toEqual([{ call: `POST ${TEAM}/exports`, body: { whose: 'team' } }]);
    // The API makes one at a time for each person: another of the same person's would be this one.
    expect(screen.getByRole('button', { name: 'Export my data' })).toBeDisabled();
    expect(screen.getAllByText(/^An export of yours is being made/)).toHaveLength(2);
    await user.click(within(row).getByRole('button', { name: /^Give up/ }));
    expect(await within(data).findByText('The export is removed.')).toHaveFocus();
    expect(await within(data).findByText('Nobody has asked for an export in the last days.')).toBeVisible();
  });

  test('says so where another export was begun elsewhere meanwhile', async () => {
    const { api, user } = open();
    const ask = await screen.findByRole('button', { name: 'Export the team’s data' });
    const none = { bytes: null, ends_at: null, ended_at: null };
    api.privacy.exports = [api.privacy.export({ ...none, asked_by: 'u_ada', status: 'running' })];
    await user.click(ask);
    expect(await screen.findByText(/^Another export of yours is still being made/)).toBeVisible();
  });

  test('takes a fresh sign-in to be asked for', async () => {
    const { api, user } = open('admin', (fake) => {
      fake.isFresh = false;
    });
    const data = await part('The team’s data');
    await user.click(await within(data).findByRole('button', { name: 'Export the team’s data' }));
    const alert = await within(data).findByRole('alert');
    expect(alert).toHaveTextContent('This takes a sign-in within the last ten minutes');
    expect(within(alert).getByRole('link', { name: 'Sign in once more' })).toBeVisible();
    expect(api.privacy.exports).toEqual([]);
  });

  test('is downloaded after a fresh sign-in alone, which is found out before this page is left', async () => {
    const { api, user, leave } = open('admin', prepare);
    const link = await screen.findByRole('link', { name: /^Download: The team’s data, 21 Nov/ });
    expect(link).toHaveAttribute('href', `${TEAM}/exports/x_team/file`);
    // Ten minutes later.
    api.isFresh = false;
    await user.click(link);
    expect(await screen.findByRole('alert')).toHaveTextContent('This takes a sign-in within the last ten');
    expect(leave).not.toHaveBeenCalled();
    api.isFresh = true;
    await user.click(link);
    await waitFor(() => {
      expect(leave).toHaveBeenCalledWith(`${TEAM}/exports/x_team/file`);
    });
    expect(screen.queryByRole('alert')).toBeNull();
  });

  test('is fetched by the operator with their token, which no browser sends along', async () => {
    const { user, view } = open('operator', prepare);
    const data = await part('The team’s data');
    const show = await within(data).findByRole('button', { name: /^Download: The team’s data, 21 Nov/ });
    expect(within(data).queryByRole('link')).toBeNull();
    await user.click(show);
    expect(show).toHaveAttribute('aria-expanded', 'true');
    expect(data).toHaveTextContent(`curl -fOJL http://localhost:3000${TEAM}/exports/x_team/file`);
    await noViolations(view.container);
  });

  test('that cannot be read says why', async () => {
    open('operator', (api) => {
      refuseAs(api, `${TEAM}/exports`, 400, 'bad-request', 'Nothing can be read.');
    });
    const data = await part('The team’s data');
    expect(await within(data).findByRole('alert')).toHaveTextContent('The exports could not be loaded');
  });
});

describe('deleting the team', () => {
  test('takes its name, exactly, and leads to the other teams', async () => {
    const { api, user, view } = open();
    const end = await part('Delete this team');
    expect(end).toHaveTextContent('It cannot be undone.');
    const field = within(end).getByLabelText('Type the team’s name, Acme');
    await user.type(field, 'acme');
    await user.click(within(end).getByRole('button', { name: 'Delete Acme' }));
    expect(within(end).getByRole('alert')).toHaveTextContent('Write it exactly as it is: Acme');
    expect(field).toHaveFocus();
    expect(field).toHaveAttribute('aria-invalid', 'true');
    expect(changes(api)).toEqual([]);
    await noViolations(view.container);

    await user.clear(field);
    await user.type(field, 'Acme');
    expect(within(end).queryByRole('alert')).toBeNull();
    await user.click(within(end).getByRole('button', { name: 'Delete Acme' }));
    expect(await screen.findByRole('heading', { name: 'Acme is being deleted' })).toHaveFocus();
    expect(changes(api)).toEqual([`DELETE ${TEAM}?name=Acme`]);
    // The API knows it for some minutes more.
    expect(api.teams.map(({ team_id }) => team_id)).toContain('team-acme');
    expect(screen.queryByRole('navigation', { name: 'Pages' })).toBeNull();
    const switcher = screen.getByLabelText('Team');
    expect(within(switcher).queryByRole('option', { name: 'Acme' })).toBeNull();
    await noViolations(view.container);

    // Also once it is gone.
    api.teams = api.teams.filter(({ team_id }) => team_id !== 'team-acme');
    const asked = api.calls.filter((call) => call === 'GET /api/me').length;
    act(() => {
      window.dispatchEvent(new Event('visibilitychange'));
    });
    await waitFor(() => {
      expect(api.calls.filter((call) => call === 'GET /api/me').length).toBeGreaterThan(asked);
    });
    expect(screen.getByRole('heading', { name: 'Acme is being deleted' })).toBeVisible();

    await user.click(screen.getByRole('link', { name: 'Go to Globex Platform Engineering' }));
    expect(await screen.findByRole('heading', { name: 'Delivery overview' })).toBeVisible();
    expect(window.location.search).toContain('team=team-globex');
  });

  test('lets whoever has no other team sign out', async () => {
    const { api, user, store, view } = openApp('/privacy', 'normal', 'admin', (fake) => {
      delete fake.accounts.users['team-globex'];
    });
    const end = await part('Delete this team');
    await user.type(within(end).getByLabelText('Type the team’s name, Acme'), 'Acme{Enter}');
    const gone = await part('Acme is being deleted');
    expect(gone).toHaveTextContent('You are in no other team.');
    expect(within(gone).queryByRole('link')).toBeNull();
    expect(changes(api)).toEqual([`DELETE ${TEAM}?name=Acme`]);
    await noViolations(view.container);
    await user.click(within(gone).getByRole('button', { name: 'Sign out' }));
    await waitFor(() => {
      expect(store.current().isOut).toBe(true);
    });
  });

  test('takes a fresh sign-in, and the name stays', async () => {
    const { api, user } = open('admin', (fake) => {
      fake.isFresh = false;
    });
    const end = await part('Delete this team');
    const field = within(end).getByLabelText('Type the team’s name, Acme');
    await user.type(field, 'Acme{Enter}');
    const alert = await within(end).findByRole('alert');
    expect(within(alert).getByRole('link', { name: 'Sign in once more' })).toBeVisible();
    expect(field).toHaveValue('Acme');
    expect(api.teams).toHaveLength(2);
  });

  test('that fails says why, and the page stays', async () => {
    const { api, user } = open();
    const end = await part('Delete this team');
    refuseAs(api, TEAM, 500, 'failed', 'The database is busy.');
    await user.type(within(end).getByLabelText('Type the team’s name, Acme'), 'Acme{Enter}');
    const alert = await within(end).findByRole('alert');
    expect(alert).toHaveTextContent('Acme was not deleted');
    expect(alert).toHaveTextContent('The database is busy.');
  });
});
