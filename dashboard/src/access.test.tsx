import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import type { FakeApi } from './test/fake-api.ts';
import { aroundEachTest, noViolations, openApp, refuseAs } from './test/open-app.tsx';
import type { PersonKey } from './test/people.ts';

aroundEachTest();

const TEAM = '/api/teams/team-acme';

function open(who: PersonKey | 'operator' = 'admin', prepare: (api: FakeApi) => void = () => undefined) {
  return openApp('/access?team=team-acme', 'normal', who, prepare);
}

const row = (list: string, name: string) =>
  screen.findByRole('list', { name: list }).then((found) => within(found).getByRole('listitem', { name }));
const person = (name: string) => row('People', name);

/** What was sent to change something. */
const sent = (api: FakeApi) => api.bodies.map(({ call, body }) => [call, body]);

describe('people', () => {
  test('are shown with how they sign in, what they are, and how they came in', async () => {
    const { api, view } = open();
    const ada = await person('Ada Moreau');
    expect(ada).toHaveTextContent('you');
    expect(ada).toHaveTextContent('ada@acme.example · Acme Okta');
    expect(within(ada).getByLabelText('Role of Ada Moreau')).toHaveValue('admin');
    const bram = await person('Bram de Wit');
    expect(bram).toHaveTextContent('Leads Payments, Web');
    expect(bram).toHaveTextContent('Joined by invitation, 256 days ago (11 Mar 2026, 11:30 CET)');
    expect(await person('Chioma Eze')).toHaveTextContent('Joined by the GitHub organisation');
    const daniel = await person('daniel.roth@acme.example');
    expect(daniel).toHaveTextContent('Joined by the domain of their address');
    expect(screen.queryByText(/Most changes here take a sign-in/)).toBeNull();
    expect(sent(api)).toEqual([]);
    await noViolations(view.container);
  });

  test('get another role when it is saved, and not before', async () => {
    const { api, user } = open();
    const chioma = await person('Chioma Eze');
    await user.selectOptions(within(chioma).getByLabelText('Role of Chioma Eze'), 'Admin');
    expect(sent(api)).toEqual([]);
    await user.click(within(chioma).getByRole('button', { name: 'Discard: Chioma Eze' }));
    expect(within(chioma).getByLabelText('Role of Chioma Eze')).toHaveValue('developer');
    await user.selectOptions(within(chioma).getByLabelText('Role of Chioma Eze'), 'Admin');
    await user.click(within(chioma).getByRole('button', { name: 'Save: Chioma Eze' }));
    expect(await screen.findByText('Chioma Eze is changed.')).toBeVisible();
    expect(sent(api)).toEqual([[`PATCH ${TEAM}/users/u_chioma`, { role: 'admin' }]]);
    expect(within(chioma).queryByRole('button', { name: 'Save: Chioma Eze' })).toBeNull();
  });

  test('who become leads are given groups with it', async () => {
    const { api, user, view } = open();
    const chioma = await person('Chioma Eze');
    await user.selectOptions(within(chioma).getByLabelText('Role of Chioma Eze'), 'Lead');
    const groups = within(chioma).getByRole('group', { name: 'Groups that Chioma Eze leads' });
    await user.click(within(groups).getByRole('checkbox', { name: 'Platform (5)' }));
    await user.click(within(groups).getByRole('checkbox', { name: 'Mobile (5)' }));
    await noViolations(view.container);
    await user.click(within(chioma).getByRole('button', { name: 'Save: Chioma Eze' }));
    await waitFor(() => {
      expect(sent(api)).toEqual([
        [`PATCH ${TEAM}/users/u_chioma`, { role: 'lead', leads: ['github:11', 'github:13'] }],
      ]);
    });
    await waitFor(() => {
      expect(chioma).toHaveTextContent('Leads Platform, Mobile');
    });
  });

  test('who lead other groups keep their role', async () => {
    const { api, user } = open();
    const bram = await person('Bram de Wit');
    await user.click(within(bram).getByRole('button', { name: 'Groups: Bram de Wit' }));
    await user.click(within(bram).getByRole('checkbox', { name: 'Payments (5)' }));
    await user.click(within(bram).getByRole('button', { name: 'Save: Bram de Wit' }));
    await waitFor(() => {
      expect(sent(api)).toEqual([[`PATCH ${TEAM}/users/u_bram`, { leads: ['github:12'] }]]);
    });
  });

  test('who lead no more keep no groups', async () => {
    const { api, user } = open();
    const bram = await person('Bram de Wit');
    await user.selectOptions(within(bram).getByLabelText('Role of Bram de Wit'), 'Developer');
    await user.click(within(bram).getByRole('button', { name: 'Save: Bram de Wit' }));
    await waitFor(() => {
      expect(sent(api)).toEqual([[`PATCH ${TEAM}/users/u_bram`, { role: 'developer', leads: [] }]]);
    });
  });

  test('whom nothing tells from the team’s people are told by an admin', async () => {
    const { api, user, view } = open('admin', (fake) => {
      fake.accounts.peopleLimit = 15;
    });
    const daniel = await person('daniel.roth@acme.example');
    expect(api.calls.filter((call) => call.includes('/identities'))).toEqual([]);
    await user.click(within(daniel).getByRole('button', { name: 'Member: daniel.roth@acme.example' }));
    const field = await within(daniel).findByLabelText(/^Which of the team’s people/);
    expect(field).toHaveValue('');
    expect(api.calls.filter((call) => call.includes('/identities'))).toEqual([
      `GET ${TEAM}/identities?limit=1000`,
      `GET ${TEAM}/identities?limit=1000&after=15`,
    ]);
    expect(within(field).getAllByRole('option')).toHaveLength(21);
    await noViolations(view.container);
    await user.selectOptions(field, 'Daniel Roth (daniel-roth)');
    await user.click(within(daniel).getByRole('button', { name: /^Save/ }));
    await waitFor(() => {
      expect(daniel).toHaveTextContent('Their member is set.');
    });
    await user.click(within(daniel).getByRole('button', { name: /^Member/ }));
    await user.selectOptions(await within(daniel).findByLabelText(/^Which of the team’s people/), '');
    await user.click(within(daniel).getByRole('button', { name: /^Save/ }));
    await waitFor(() => {
      expect(daniel).not.toHaveTextContent('Their member is set.');
    });
    expect(sent(api)).toEqual([
      [`PATCH ${TEAM}/users/u_daniel`, { member: 'm_3' }],
      [`PATCH ${TEAM}/users/u_daniel`, { member: '' }],
    ]);
  });

  test('who give up their own role see at once what that takes', async () => {
    const { api, user } = open();
    const ada = await person('Ada Moreau');
    await user.selectOptions(within(ada).getByLabelText('Role of Ada Moreau'), 'Developer');
    expect(ada).toHaveTextContent('You take this page away from yourself.');
    await user.click(within(ada).getByRole('button', { name: 'Save: Ada Moreau' }));
    expect(await screen.findByRole('region', { name: 'This page is not open to you' })).toBeVisible();
    expect(screen.queryByRole('link', { name: 'Access' })).toBeNull();
    expect(sent(api)).toEqual([[`PATCH ${TEAM}/users/u_ada`, { role: 'developer' }]]);
  });

  test('are removed after a question', async () => {
    const { api, user, view } = open();
    const chioma = await person('Chioma Eze');
    const remove = within(chioma).getByRole('button', { name: 'Remove: Chioma Eze' });
    await user.click(remove);
    const question = within(chioma).getByRole('group', { name: 'Remove Chioma Eze?' });
    expect(question).toHaveTextContent('They are out at once, and API tokens that they made end.');
    expect(within(question).getByRole('button', { name: 'Keep' })).toHaveFocus();
    await noViolations(view.container);
    await user.click(within(question).getByRole('button', { name: 'Keep' }));
    expect(api.calls.filter((call) => call.startsWith('DELETE'))).toEqual([]);
    await user.click(remove);
    await user.click(within(chioma).getByRole('button', { name: 'Remove Chioma Eze' }));
    expect(await screen.findByText('Chioma Eze is let in no more.')).toHaveFocus();
    expect(api.calls.filter((call) => call.startsWith('DELETE'))).toEqual([`DELETE ${TEAM}/users/u_chioma`]);
    await waitFor(() => {
      expect(screen.queryByRole('listitem', { name: 'Chioma Eze' })).toBeNull();
    });
  });

  test('stay as they are when the API refuses, with its words', async () => {
    const { api, user } = open('admin', (fake) => {
      fake.accounts.users['team-acme'] = (fake.accounts.users['team-acme'] ?? []).slice(0, 3);
    });
    const ada = await person('Ada Moreau');
    await user.selectOptions(within(ada).getByLabelText('Role of Ada Moreau'), 'Lead');
    await user.click(within(ada).getByRole('button', { name: 'Save: Ada Moreau' }));
    expect(await within(ada).findByRole('alert')).toHaveTextContent('This is the team’s last admin.');
    expect(within(ada).getByLabelText('Role of Ada Moreau')).toHaveValue('lead');
    await user.click(within(ada).getByRole('button', { name: 'Discard: Ada Moreau' }));
    expect(within(ada).queryByRole('alert')).toBeNull();
    expect(api.accounts.users['team-acme']?.[0]?.role).toBe('admin');
  });

  test('are nobody yet in a team that the operator has just made', async () => {
    open('operator', (fake) => {
      fake.accounts.users = {};
    });
    expect(await screen.findByText(/Nobody yet: the operator’s token alone/)).toBeVisible();
  });
});

describe('who did not sign in just now', () => {
  test('is told before they begin, and again when it is refused; nothing is changed', async () => {
    const { api, user } = open('admin', (fake) => {
      fake.isFresh = false;
    });
    expect(await screen.findByText(/Most changes here take a sign-in within the last ten/)).toBeVisible();
    const address = '/auth/sign-in/okta?fresh=true&return_to=%2Faccess%3Fteam%3Dteam-acme';
    expect(screen.getByRole('link', { name: 'Sign in once more' })).toHaveAttribute('href', address);
    const chioma = await person('Chioma Eze');
    await user.selectOptions(within(chioma).getByLabelText('Role of Chioma Eze'), 'Admin');
    await user.click(within(chioma).getByRole('button', { name: 'Save: Chioma Eze' }));
    const alert = await within(chioma).findByRole('alert');
    expect(within(alert).getByRole('link', { name: 'Sign in once more' })).toHaveAttribute('href', address);
    expect(sent(api)).toEqual([]);
    expect(api.accounts.users['team-acme']?.[2]?.role).toBe('developer');
  });

  test('the operator is never asked to', async () => {
    const { api, user } = open('operator');
    const chioma = await person('Chioma Eze');
    expect(screen.queryByRole('link', { name: 'Sign in once more' })).toBeNull();
    await user.selectOptions(within(chioma).getByLabelText('Role of Chioma Eze'), 'Admin');
    await user.click(within(chioma).getByRole('button', { name: 'Save: Chioma Eze' }));
    expect(await screen.findByText('Chioma Eze is changed.')).toBeVisible();
    expect(sent(api)).toHaveLength(1);
  });
});

describe('invitations', () => {
  const form = () => screen.findByRole('form', { name: 'Invite somebody' });

  test('are made for an address, with a role and its groups', async () => {
    const { api, user, view } = open();
    const invite = await form();
    await user.type(within(invite).getByLabelText('Address'), 'farid');
    await user.click(within(invite).getByRole('button', { name: 'Invite' }));
    expect(within(invite).getByRole('alert')).toHaveTextContent('Enter the address');
    expect(within(invite).getByLabelText('Address')).toHaveFocus();
    expect(sent(api)).toEqual([]);

    await user.type(within(invite).getByLabelText('Address'), '@acme.example');
    await user.selectOptions(within(invite).getByLabelText('Role'), 'Lead');
    await user.click(within(invite).getByRole('checkbox', { name: 'Web (5)' }));
    await noViolations(view.container);
    await user.click(within(invite).getByRole('button', { name: 'Invite' }));
    expect(await screen.findByText(/farid@acme.example is invited. Tell them to sign in at/)).toBeVisible();
    expect(sent(api)).toEqual([
      [`POST ${TEAM}/invitations`, { email: 'farid@acme.example', role: 'lead', leads: ['github:12'] }],
    ]);
    expect(within(invite).getByLabelText('Address')).toHaveValue('');
    const made = await row('Invitations', 'farid@acme.example');
    expect(made).toHaveTextContent('Will lead Web');
    expect(made).toHaveTextContent('Ends in 14 days');
  });

  test('that the API refuses stay in the form', async () => {
    const { api, user } = open();
    const invite = await form();
    await user.type(within(invite).getByLabelText('Address'), 'a@b.c');
    refuseAs(api, `${TEAM}/invitations`, 422, 'invalid', '`email` is not an e-mail address.');
    await user.click(within(invite).getByRole('button', { name: 'Invite' }));
    expect(await within(invite).findByRole('alert')).toHaveTextContent('is not an e-mail address');
    expect(within(invite).getByLabelText('Address')).toHaveValue('a@b.c');
  });

  test('can be withdrawn', async () => {
    const { api, user } = open();
    const elif = await row('Invitations', 'elif@acme.example');
    await user.click(within(elif).getByRole('button', { name: 'Withdraw: elif@acme.example' }));
    expect(await screen.findByText('The invitation of elif@acme.example is withdrawn.')).toHaveFocus();
    expect(api.calls).toContain(`DELETE ${TEAM}/invitations/i_1`);
    expect(await screen.findByText('Nobody is invited at present.')).toBeVisible();
  });
});

describe('joining by oneself', () => {
  const part = () => screen.findByRole('region', { name: 'Joining by oneself' });

  test('is for the domains that are listed, each added and removed by itself', async () => {
    const { api, user, view } = open('admin', (fake) => {
      fake.teams = fake.teams.map((team) => ({ ...team, join_domains: ['acme.org'] }));
    });
    const joining = await part();
    const field = await within(joining).findByLabelText('Domain');
    expect(field).toHaveAccessibleDescription(/You can add the domain of your own address, acme.example/);
    await user.type(field, ' @Acme.Example ');
    await user.click(within(joining).getByRole('button', { name: 'Add' }));
    expect(
      await within(joining).findByText('Whoever has an address at acme.example may join.'),
    ).toBeVisible();
    await user.click(within(joining).getByRole('button', { name: 'Remove: acme.org' }));
    expect(await within(joining).findByText(/Addresses at acme.org let nobody in any more/)).toHaveFocus();
    expect(sent(api)).toEqual([
      [`PATCH ${TEAM}`, { join_domains: ['acme.org', 'acme.example'] }],
      [`PATCH ${TEAM}`, { join_domains: ['acme.example'] }],
    ]);
    const list = within(joining).getByRole('list', { name: 'Domains whose people may join' });
    expect(within(list).getAllByRole('listitem')).toHaveLength(1);
    await noViolations(view.container);
  });

  test('may be for the people of the GitHub organisation', async () => {
    const { api, user } = open();
    const joining = await part();
    const github = await within(joining).findByRole('switch', {
      name: 'People of the connected GitHub organisation',
    });
    expect(github).not.toBeChecked();
    await user.click(github);
    expect(await within(joining).findByText('People of the GitHub organisation may join.')).toBeVisible();
    expect(github).toBeChecked();
    expect(sent(api)).toEqual([[`PATCH ${TEAM}`, { join_by_github: true }]]);
  });

  test('for a domain that nobody vouches for is refused in the API’s words', async () => {
    const { api, user } = open();
    const joining = await part();
    const field = await within(joining).findByLabelText('Domain');
    await user.type(field, 'elsewhere.example');
    refuseAs(api, TEAM, 422, 'invalid', 'You can add the domain of your own address alone.');
    await user.click(within(joining).getByRole('button', { name: 'Add' }));
    expect(await within(joining).findByRole('alert')).toHaveTextContent(
      'You can add the domain of your own address alone.',
    );
    expect(field).toHaveValue('elsewhere.example');
    expect(within(joining).getByText('No domain’s people may join by themselves.')).toBeVisible();
  });
});
