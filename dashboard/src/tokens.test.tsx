import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test, vi } from 'vitest';
import type { FakeApi } from './test/fake-api.ts';
import { aroundEachTest, noViolations, openApp } from './test/open-app.tsx';
import type { PersonKey } from './test/people.ts';

aroundEachTest();

const TOKENS = '/api/teams/team-acme/tokens';

function open(who: PersonKey | 'operator' = 'admin', prepare: (api: FakeApi) => void = () => undefined) {
  return openApp('/access?team=team-acme', 'normal', who, prepare);
}

const token = async (name: string) =>
  within(await screen.findByRole('list', { name: 'API tokens' })).getByRole('listitem', { name });
const form = () => screen.findByRole('form', { name: 'New token' });
const sent = (api: FakeApi) => api.bodies.map(({ call, body }) => [call, body]);

describe('API tokens', () => {
  test('are shown with what they may, whose they are, and how long they hold', async () => {
    open();
    const bi = await token('BI export');
    await waitFor(() => {
      expect(bi).toHaveTextContent('made by Ada Moreau');
    });
    expect(within(bi).getByRole('list', { name: 'Scopes of BI export' })).toHaveTextContent('metricspeople');
    expect(bi).toHaveTextContent('Expiresin 98 days (28 Feb 2027, 09:00 CET)');
    expect(bi).toHaveTextContent('Last used20 minutes ago');
    const pilot = await token('Pilot');
    expect(pilot).toHaveTextContent('made by the operator');
    expect(pilot).toHaveTextContent('over');
    expect(pilot).toHaveTextContent('Last usednever');
    expect(within(pilot).queryByRole('button', { name: 'Rotate: Pilot' })).toBeNull();
    expect(within(pilot).getByRole('button', { name: 'Revoke: Pilot' })).toBeEnabled();
  });

  test('are made with a name, scopes and days, and their text is shown this once', async () => {
    const { api, user, view } = open();
    const made = await form();
    await user.type(within(made).getByLabelText('Name'), ' Reports ');
    await user.click(
      within(made).getByRole('checkbox', { name: 'metrics numbers of the team and its groups' }),
    );
    await user.click(within(made).getByRole('checkbox', { name: 'audit the audit log' }));
    await user.clear(within(made).getByLabelText('Days that it holds'));
    await user.type(within(made).getByLabelText('Days that it holds'), '30');
    await user.click(within(made).getByRole('button', { name: 'Make a token' }));

    const shown = await screen.findByRole('group', { name: 'The text of Reports' });
    expect(shown).toHaveFocus();
    expect(shown).toHaveTextContent('It is shown this once');
    expect(within(shown).getByText('plumbline_made1')).toBeVisible();
    expect(sent(api)).toEqual([
      [`POST ${TOKENS}`, { name: 'Reports', scopes: ['metrics', 'audit'], expires_in_days: 30 }],
    ]);
    await noViolations(view.container);
    await user.click(within(shown).getByRole('button', { name: 'Copy' }));
    expect(await within(shown).findByText('Copied.')).toBeVisible();
    expect(await navigator.clipboard.readText()).toBe('plumbline_made1');

    await user.click(within(shown).getByRole('button', { name: 'I have it' }));
    expect(screen.queryByText('plumbline_made1')).toBeNull();
    expect(await token('Reports')).toHaveTextContent('Expiresin 30 days');
    expect(within(made).getByLabelText('Name')).toHaveValue('');
  });

  test('show their text on no other visit, not even without having been put away', async () => {
    const { user } = open();
    const made = await form();
    await user.type(within(made).getByLabelText('Name'), 'Reports');
    await user.click(within(made).getByRole('checkbox', { name: /^sync/ }));
    await user.click(within(made).getByRole('button', { name: 'Make a token' }));
    expect(await screen.findByText('plumbline_made1')).toBeVisible();
    await user.click(screen.getByRole('link', { name: 'Survey settings' }));
    await screen.findByRole('heading', { name: 'Survey settings' });
    await user.click(screen.getByRole('link', { name: 'Access' }));
    await token('Reports');
    expect(screen.queryByText('plumbline_made1')).toBeNull();
    expect(
      JSON.stringify([window.sessionStorage, window.localStorage].map((storage) => Object.entries(storage))),
    ).not.toContain('plumbline_made1');
  });

  test('can be copied by hand where the browser does not let them be', async () => {
    const { user } = open();
    const made = await form();
    await user.type(within(made).getByLabelText('Name'), 'Reports');
    await user.click(within(made).getByRole('checkbox', { name: /^sync/ }));
    await user.click(within(made).getByRole('button', { name: 'Make a token' }));
    const shown = await screen.findByRole('group', { name: 'The text of Reports' });
    vi.spyOn(navigator.clipboard, 'writeText').mockRejectedValue(new DOMException('no', 'NotAllowedError'));
    await user.click(within(shown).getByRole('button', { name: 'Copy' }));
    expect(await within(shown).findByText(/select the text and copy it by hand/)).toBeVisible();
    expect(within(shown).queryByText('Copied.')).toBeNull();
  });

  test('are not made without a name, a scope, or for ever', async () => {
    const { api, user } = open();
    const made = await form();
    await user.clear(within(made).getByLabelText('Days that it holds'));
    await user.type(within(made).getByLabelText('Days that it holds'), '367');
    await user.click(within(made).getByRole('button', { name: 'Make a token' }));
    expect(within(made).getByLabelText('Name')).toHaveFocus();
    expect(within(made).getByLabelText('Name')).toHaveAccessibleDescription('Enter a name.');
    expect(within(made).getByLabelText('Days that it holds')).toHaveAccessibleDescription(
      'Enter a whole number from 1 to 366.',
    );
    expect(within(made).getByRole('group', { name: 'Scopes' })).toHaveAccessibleDescription(
      'Choose at least one.',
    );
    expect(sent(api)).toEqual([]);
  });

  test('take a fresh sign-in, and what was typed stays', async () => {
    const { api, user } = open('admin', (fake) => {
      fake.isFresh = false;
    });
    const made = await form();
    await user.type(within(made).getByLabelText('Name'), 'Reports');
    await user.click(within(made).getByRole('checkbox', { name: /^people/ }));
    await user.click(within(made).getByRole('button', { name: 'Make a token' }));
    const alert = await within(made).findByRole('alert');
    expect(within(alert).getByRole('link', { name: 'Sign in once more' })).toHaveAttribute(
      'href',
      '/auth/sign-in/okta?fresh=true&return_to=%2Faccess%3Fteam%3Dteam-acme',
    );
    expect(within(made).getByLabelText('Name')).toHaveValue('Reports');
    expect(api.accounts.tokens).toHaveLength(2);
  });

  test('get a new text, which is shown once, while the present one works on for a while', async () => {
    const { api, user } = open();
    const bi = await token('BI export');
    await user.click(within(bi).getByRole('button', { name: 'Rotate: BI export' }));
    const rotation = within(bi).getByRole('form', { name: 'Rotate BI export' });
    const hours = within(rotation).getByLabelText('Hours that the present text goes on working');
    expect(hours).toHaveFocus();
    expect(hours).toHaveValue('24');
    await user.clear(hours);
    await user.type(hours, '169{Enter}');
    expect(within(rotation).getByRole('alert')).toHaveTextContent('from 0 (it ends at once) to 168');
    expect(sent(api)).toEqual([]);
    await user.clear(hours);
    await user.type(hours, '0{Enter}');
    const shown = await screen.findByRole('group', { name: 'The text of BI export' });
    expect(within(shown).getByText('plumbline_rotated1')).toBeVisible();
    expect(sent(api)).toEqual([[`POST ${TOKENS}/k_bi/rotate`, { overlap_hours: 0 }]]);
    expect(within(bi).queryByRole('form')).toBeNull();
    await user.click(within(shown).getByRole('button', { name: 'I have it' }));
    expect(screen.queryByText('plumbline_rotated1')).toBeNull();
    await waitFor(() => {
      expect(bi).toHaveTextContent('Rotatedjust now');
    });
  });

  test('are revoked after a question', async () => {
    const { api, user, view } = open();
    const bi = await token('BI export');
    await user.click(within(bi).getByRole('button', { name: 'Revoke: BI export' }));
    const question = within(bi).getByRole('group', { name: 'Revoke BI export?' });
    expect(within(question).getByRole('button', { name: 'Keep it' })).toHaveFocus();
    await noViolations(view.container);
    expect(api.calls.filter((call) => call.startsWith('DELETE'))).toEqual([]);
    await user.click(within(question).getByRole('button', { name: 'Revoke BI export' }));
    expect(await screen.findByText('BI export works no more.')).toHaveFocus();
    expect(api.calls).toContain(`DELETE ${TOKENS}/k_bi`);
    await waitFor(() => {
      expect(screen.queryByRole('listitem', { name: 'BI export' })).toBeNull();
    });
  });
});
