import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test, vi } from 'vitest';
import type { FakeApi } from './test/fake-api.ts';
import { WOULD_GO } from './test/fake-privacy.ts';
import { aroundEachTest, noViolations, openApp, refuseAs } from './test/open-app.tsx';
import type { PersonKey } from './test/people.ts';

aroundEachTest();

const TEAM = '/api/teams/team-acme';
const CHIOMA = 'Chioma Eze (chioma-eze)';

function open(who: PersonKey | 'operator' = 'admin', prepare: (api: FakeApi) => void = () => undefined) {
  return openApp('/privacy?team=team-acme', 'normal', who, prepare);
}

const part = () => screen.findByRole('region', { name: 'Erasures' });
const row = async (name: string | RegExp) => within(await part()).findByRole('listitem', { name });
const changes = (api: FakeApi) => api.calls.filter((call) => !call.startsWith('GET'));
const lists = (api: FakeApi) => api.calls.filter((call) => call === `GET ${TEAM}/erasure`).length;

async function pass(milliseconds: number) {
  await act(async () => {
    await vi.advanceTimersByTimeAsync(milliseconds);
  });
}

describe('an erasure', () => {
  test('is begun for somebody, looked through, confirmed after a question, and leaves a receipt', async () => {
    const { api, user, view } = open();
    const erasures = await part();
    expect(await within(erasures).findByText(/^Nobody was erased in the last 400 days/)).toBeVisible();
    const begin = within(erasures).getByRole('button', { name: 'Begin an erasure' });
    await user.click(begin);
    expect(begin).toHaveAttribute('aria-expanded', 'true');
    const form = await within(erasures).findByRole('form', { name: 'Begin an erasure' });
    const field = within(form).getByLabelText('Whom to erase');
    await user.click(within(form).getByRole('button', { name: 'Find what would go' }));
    expect(within(form).getByRole('alert')).toHaveTextContent('Choose whom to erase.');
    expect(field).toHaveFocus();
    await noViolations(view.container);
    expect(changes(api)).toEqual([]);

    await user.selectOptions(field, CHIOMA);
    await user.click(within(form).getByRole('button', { name: 'Find what would go' }));
    expect(await within(erasures).findByText(/Nothing is changed before you confirm it\.$/)).toHaveFocus();
    expect(api.bodies).toEqual([{ call: `POST ${TEAM}/erasure`, body: { member: 'm_2' } }]);
    expect(within(erasures).queryByRole('form')).toBeNull();
    const chioma = await row(CHIOMA);
    expect(chioma).toHaveTextContent('Looking');
    expect(chioma).toHaveTextContent('Begun by Ada Moreau, just now');
    expect(within(chioma).queryByRole('button', { name: /^Confirm/ })).toBeNull();

    api.privacy.goOn();
    await pass(3_100);
    await waitFor(() => {
      expect(chioma).toHaveTextContent('To be confirmed');
    });
    expect(chioma).toHaveTextContent(/Is forgotten in 7 days \(29 Nov 2026, .*\), unless it is confirmed\./);
    const found = within(chioma).getByRole('group', { name: 'What would go' });
    expect(found).toHaveTextContent(
      'entries of the audit log12members1rows of pull requests1,204users1in all1,218',
    );
    const looks = lists(api);
    await pass(20_000);
    expect(lists(api)).toBe(looks);

    await user.click(within(chioma).getByRole('button', { name: `Confirm: ${CHIOMA}` }));
    const question = within(chioma).getByRole('group', { name: `Erase ${CHIOMA} for good?` });
    expect(question).toHaveTextContent('It cannot be undone.');
    expect(within(question).getByRole('button', { name: 'Not yet' })).toHaveFocus();
    await noViolations(view.container);
    await user.click(within(question).getByRole('button', { name: 'Not yet' }));
    expect(changes(api)).toEqual([`POST ${TEAM}/erasure`]);
    await user.click(within(chioma).getByRole('button', { name: `Confirm: ${CHIOMA}` }));
    await user.click(within(chioma).getByRole('button', { name: `Erase ${CHIOMA}` }));
    expect(
      await within(erasures).findByText(`${CHIOMA} is being erased. It takes some minutes.`),
    ).toHaveFocus();
    expect(changes(api)).toEqual([`POST ${TEAM}/erasure`, `POST ${TEAM}/erasure/e_1/confirm`]);
    const going = await row('Somebody who is being erased, m_5f2c');
    expect(going).toHaveTextContent('Erasing, pass 1. It cannot be taken back any more.');
    expect(within(going).queryByRole('button')).toBeNull();
    expect(within(erasures).queryByRole('group', { name: 'What would go' })).toBeNull();

    api.privacy.goOn();
    await pass(3_100);
    const gone = await row('An erased person, m_5f2c');
    await user.click(within(gone).getByRole('button', { name: 'Receipt: An erased person, m_5f2c' }));
    const receipt = within(gone).getByRole('group', { name: 'Erased: An erased person, m_5f2c' });
    expect(receipt).toHaveTextContent('rows of pull requests1,204');
    expect(gone).toHaveTextContent(/Done just now \(22 Nov 2026, .*\)\. Begun by Ada Moreau, /);
    expect(gone).toHaveTextContent('Confirmed by Ada Moreau on 22 Nov 2026, 13:00 CET.');
    await noViolations(view.container);
  });

  test('is begun for somebody who only signs in', async () => {
    const { api, user } = open();
    await user.click(await screen.findByRole('button', { name: 'Begin an erasure' }));
    await user.selectOptions(await screen.findByLabelText('Whom to erase'), 'daniel.roth@acme.example');
    await user.click(screen.getByRole('button', { name: 'Find what would go' }));
    expect(await row('daniel.roth@acme.example')).toHaveTextContent('Looking');
    expect(api.bodies).toEqual([{ call: `POST ${TEAM}/erasure`, body: { user: 'u_daniel' } }]);
  });

  test('that was begun before is shown in place of a second one', async () => {
    const { api, user } = open('admin', ({ privacy }) => {
      privacy.erasures = [privacy.erasure()];
    });
    await row(CHIOMA);
    await user.click(screen.getByRole('button', { name: 'Begin an erasure' }));
    await user.selectOptions(await screen.findByLabelText('Whom to erase'), CHIOMA);
    await user.click(screen.getByRole('button', { name: 'Find what would go' }));
    expect(await screen.findByText('It was begun before, and is in the list.')).toHaveFocus();
    expect(api.privacy.erasures).toHaveLength(1);
  });

  test('takes a fresh sign-in to be begun and to be confirmed', async () => {
    const { api, user } = open('admin', (fake) => {
      fake.isFresh = false;
      fake.privacy.erasures = [fake.privacy.erasure()];
    });
    const chioma = await row(CHIOMA);
    await user.click(within(chioma).getByRole('button', { name: /^Confirm/ }));
    await user.click(within(chioma).getByRole('button', { name: `Erase ${CHIOMA}` }));
    const refused = await within(chioma).findByRole('alert');
    expect(within(refused).getByRole('link', { name: 'Sign in once more' })).toBeVisible();
    expect(api.privacy.erasures.map(({ status }) => status)).toEqual(['confirming']);

    await user.click(screen.getByRole('button', { name: 'Begin an erasure' }));
    const form = await screen.findByRole('form', { name: 'Begin an erasure' });
    await user.selectOptions(within(form).getByLabelText('Whom to erase'), 'Elif Kaya (elif-kaya)');
    await user.click(within(form).getByRole('button', { name: 'Find what would go' }));
    const alert = await within(form).findByRole('alert');
    expect(alert).toHaveTextContent('This takes a sign-in within the last ten minutes');
    expect(api.privacy.erasures).toHaveLength(1);
  });

  test('is cancelled, unless somebody asked for it themselves', async () => {
    const { api, user } = open('admin', ({ privacy }) => {
      privacy.erasures = [
        privacy.erasure({ id: 'e_own', own: true, asked_by: 'u_chioma', due_at: privacy.at(29) }),
        privacy.erasure({ id: 'e_elif', member: 'm_4', users: [] }),
      ];
    });
    const own = await row(CHIOMA);
    expect(own).toHaveTextContent('own request');
    expect(own).toHaveTextContent('Asked for by themselves, 1 day ago');
    expect(own).toHaveTextContent(/Is done in 29 days \(.*\) in any case, or as soon as you confirm it\./);
    expect(own).toHaveTextContent('Nobody but they can take it back.');
    expect(within(own).getByRole('button', { name: /^Confirm/ })).toBeVisible();
    expect(within(own).queryByRole('button', { name: /^Cancel/ })).toBeNull();
    const elif = await row('Elif Kaya (elif-kaya)');
    expect(elif).not.toHaveTextContent('own request');
    await user.click(within(elif).getByRole('button', { name: 'Cancel: Elif Kaya (elif-kaya)' }));
    expect(await screen.findByText(/^The erasure of Elif Kaya .* is cancelled/)).toHaveFocus();
    await waitFor(() => {
      expect(elif).toHaveTextContent('Taken back');
    });
    expect(within(elif).queryByRole('button')).toBeNull();
    expect(changes(api)).toEqual([`DELETE ${TEAM}/erasure/e_elif`]);
  });

  test('that somebody else confirmed meanwhile shows how it stands', async () => {
    const { api, user } = open('admin', ({ privacy }) => {
      privacy.erasures = [privacy.erasure()];
    });
    const chioma = await row(CHIOMA);
    api.privacy.erasures = api.privacy.erasures.map((one) => ({ ...one, status: 'erasing' }));
    await user.click(within(chioma).getByRole('button', { name: /^Cancel/ }));
    expect(await within(chioma).findByRole('alert')).toHaveTextContent('The erasure was not cancelled');
    await waitFor(() => {
      expect(chioma).toHaveTextContent('Being erased');
    });
  });

  test('that failed says why, and what to do; one of them has what it found', async () => {
    open('admin', ({ privacy }) => {
      privacy.erasures = [
        privacy.erasure({
          status: 'failed',
          error: 'Nobody confirmed it within 7 days. Nothing was erased; begin it anew.',
        }),
        privacy.erasure({ member: 'm_4', users: [], would_go: {} }),
        privacy.erasure({ own: true, status: 'done', member: 'm_77', asked_by: 'u_gone', erased: WOULD_GO }),
      ];
    });
    expect(await row('Chioma Eze')).toHaveTextContent('Nobody confirmed it within 7 days.');
    expect(await row('Elif Kaya (elif-kaya)')).toHaveTextContent('Nothing that is kept names them.');
    const gone = await row('An erased person, m_77');
    expect(gone).toHaveTextContent('Asked for by themselves');
    expect(gone).not.toHaveTextContent('u_gone');
  });
});

describe('the receipt', () => {
  const confirmed_at = '2026-11-20T08:30:00.000Z';
  test.each([
    ['an admin confirmed', { confirmed_by: 'u_daniel', confirmed_at }, 'daniel.roth@acme.example on'],
    ['somebody who is gone confirmed', { confirmed_by: 'u_gone', confirmed_at }, 'user u_gone on'],
    ['the operator confirmed', { confirmed_by: null, confirmed_at }, 'the operator on'],
    [
      'an admin confirmed before its time',
      { own: true, confirmed_by: 'u_ada', confirmed_at },
      'Ada Moreau on',
    ],
  ])('of one that %s says so', async (_, rest, words) => {
    const { user } = open('admin', ({ privacy }) => {
      privacy.erasures = [privacy.erasure({ status: 'done', member: 'm_77', erased: WOULD_GO, ...rest })];
    });
    const gone = await row('An erased person, m_77');
    expect(gone).not.toHaveTextContent('Confirmed');
    await user.click(within(gone).getByRole('button', { name: /^Receipt/ }));
    await waitFor(() => {
      expect(gone).toHaveTextContent(`Confirmed by ${words} 20 Nov 2026, 09:30 CET.`);
    });
    expect(gone).not.toHaveTextContent('Nobody had to confirm it');
  });

  test.each([
    ['own request', true],
    ['admin’s', false],
  ])('of an %s that nobody confirmed says so where that is how it goes', async (_, own) => {
    const { user } = open('admin', ({ privacy }) => {
      privacy.erasures = [privacy.erasure({ status: 'done', member: 'm_77', own })];
    });
    const gone = await row('An erased person, m_77');
    await user.click(within(gone).getByRole('button', { name: /^Receipt/ }));
    expect(gone).not.toHaveTextContent('Confirmed by');
    const words = within(gone).queryByText('Nobody had to confirm it: the 30 days had passed.');
    expect(words !== null).toBe(own);
  });
});

describe('accounts that an erasure was begun with', () => {
  test('are shown until it is done, when they tell nothing any more', async () => {
    const { api } = open('admin', ({ privacy }) => {
      privacy.erasures = [
        privacy.erasure({ status: 'looking', accounts: ['github:104', 'jira:abc'] }),
        privacy.erasure({ status: 'done', member: 'm_77', accounts: ['github:p0'] }),
      ];
    });
    const words = 'Begun with GitHub: elif-kaya (github:104), Jira: jira:abc as theirs.';
    const chioma = await row(CHIOMA);
    expect(chioma).toHaveTextContent(words);
    expect(await row('An erased person, m_77')).not.toHaveTextContent('Begun with');
    api.privacy.goOn();
    await pass(3_100);
    await waitFor(() => {
      expect(chioma).toHaveTextContent('To be confirmed');
    });
    expect(chioma).toHaveTextContent(words);
    api.privacy.erasures = api.privacy.erasures.map((one) => ({ ...one, status: 'erasing' }));
    await pass(40_000);
    act(() => {
      window.dispatchEvent(new Event('visibilitychange'));
    });
    expect(await row('Somebody who is being erased, m_2')).not.toHaveTextContent('Begun with');
  });

  test('stay named when it is begun anew, whoever named them', async () => {
    const { api, user } = open('admin', ({ privacy }) => {
      privacy.erasures = [privacy.erasure({ accounts: ['github:104'], look_alikes: ['slack:U9'] })];
    });
    await user.click(await screen.findByRole('checkbox', { name: 'Slack: slack:U9' }));
    await user.click(screen.getByRole('button', { name: 'Begin anew with these accounts' }));
    await waitFor(() => {
      expect(api.bodies.at(-1)?.body).toEqual({ accounts: ['github:104', 'slack:U9'], member: 'm_2' });
    });
  });
});

describe('accounts that look alike', () => {
  const prepare = ({ privacy }: FakeApi) => {
    privacy.lookAlikes = ['github:117', 'slack:U9'];
    privacy.erasures = [privacy.erasure({ look_alikes: ['github:104', 'jira:abc', 'slack:U9'] })];
  };

  test('are named in an erasure that is begun anew with those that are ticked', async () => {
    const { api, user, view } = open('admin', prepare);
    const chioma = await row(CHIOMA);
    const alike = within(chioma).getByRole('group', { name: /^Accounts that look alike/ });
    const anew = within(alike).getByRole('button', { name: 'Begin anew with these accounts' });
    expect(anew).toBeDisabled();
    await user.click(within(alike).getByRole('checkbox', { name: 'Jira: jira:abc' }));
    await user.click(within(alike).getByRole('checkbox', { name: 'GitHub: elif-kaya (github:104)' }));
    await user.click(within(alike).getByRole('checkbox', { name: 'Jira: jira:abc' }));
    await noViolations(view.container);
    await user.click(anew);
    expect(await screen.findByText(/Nothing is changed before you confirm it\.$/)).toHaveFocus();
    expect(changes(api)).toEqual([`DELETE ${TEAM}/erasure/e_1`, `POST ${TEAM}/erasure`]);
    expect(api.bodies.at(-1)?.body).toEqual({ accounts: ['github:104'], member: 'm_2' });
    await waitFor(() => {
      expect(screen.getAllByRole('listitem', { name: CHIOMA })).toHaveLength(2);
    });

    // Once more: those that were named stay named.
    api.privacy.goOn();
    await pass(3_100);
    const again = await screen.findByRole('checkbox', { name: 'Slack: slack:U9' });
    expect(screen.getByText('Begun with GitHub: elif-kaya (github:104) as theirs.')).toBeVisible();
    await user.click(again);
    await user.click(screen.getByRole('button', { name: 'Begin anew with these accounts' }));
    await waitFor(() => {
      expect(api.bodies.at(-1)?.body).toEqual({ accounts: ['github:104', 'slack:U9'], member: 'm_2' });
    });
    expect(api.privacy.erasures.map(({ status }) => status)).toEqual(['looking', 'cancelled', 'cancelled']);
  });

  test('take a fresh sign-in, without which nothing is cancelled', async () => {
    const { api, user } = open('admin', (fake) => {
      fake.isFresh = false;
      prepare(fake);
    });
    const chioma = await row(CHIOMA);
    await user.click(within(chioma).getByRole('checkbox', { name: 'Jira: jira:abc' }));
    await user.click(within(chioma).getByRole('button', { name: 'Begin anew with these accounts' }));
    const alert = await within(chioma).findByRole('alert');
    expect(within(alert).getByRole('link', { name: 'Sign in once more' })).toBeVisible();
    expect(changes(api)).toEqual([]);
    expect(within(chioma).getByRole('checkbox', { name: 'Jira: jira:abc' })).toBeChecked();
  });

  test('say so when the first one is cancelled, but no other one begun', async () => {
    const { api, user } = open('admin', prepare);
    const chioma = await row(CHIOMA);
    await user.click(within(chioma).getByRole('checkbox', { name: 'Jira: jira:abc' }));
    refuseAs(api, `${TEAM}/erasure`, 422, 'invalid', '`accounts`: no account `jira:abc` is known.');
    await user.click(within(chioma).getByRole('button', { name: 'Begin anew with these accounts' }));
    const alert = await within(chioma).findByRole('alert');
    expect(alert).toHaveTextContent('Nothing was begun anew');
    expect(alert).toHaveTextContent('no account `jira:abc` is known');
    await waitFor(() => {
      expect(chioma).toHaveTextContent('Taken back');
    });
  });

  test('of an own request are erased by another one, for the request is not an admin’s to cancel', async () => {
    const { api, user } = open('admin', ({ privacy }) => {
      privacy.erasures = [privacy.erasure({ own: true, asked_by: 'u_chioma', look_alikes: ['jira:abc'] })];
    });
    const chioma = await row(CHIOMA);
    expect(chioma).toHaveTextContent('Their own request stays as it is');
    await user.click(within(chioma).getByRole('checkbox', { name: 'Jira: jira:abc' }));
    await user.click(within(chioma).getByRole('button', { name: 'Begin another for these accounts' }));
    expect(await row('Accounts of one person')).toHaveTextContent('Begun with Jira: jira:abc as theirs.');
    expect(changes(api)).toEqual([`POST ${TEAM}/erasure`]);
    expect(api.bodies.at(-1)?.body).toEqual({ accounts: ['jira:abc'] });
    expect(api.privacy.erasures.map(({ own, status }) => [own, status])).toEqual([
      [false, 'looking'],
      [true, 'confirming'],
    ]);
  });
});

describe('erasures', () => {
  test('that cannot be read say why', async () => {
    const { user } = open('admin', (api) => {
      refuseAs(api, `${TEAM}/erasure`, 400, 'bad-request', 'Nothing can be read.');
    });
    const alert = await within(await part()).findByRole('alert');
    expect(alert).toHaveTextContent('The erasures could not be loaded');
    await user.click(within(alert).getByRole('button', { name: 'Try again' }));
    expect(await screen.findByText(/^Nobody was erased in the last 400 days/)).toBeVisible();
  });

  test('are the operator’s, too', async () => {
    const { user } = open('operator', ({ privacy }) => {
      privacy.erasures = [privacy.erasure({ asked_by: null })];
    });
    const chioma = await row(CHIOMA);
    expect(chioma).toHaveTextContent('Begun by the operator');
    await user.click(within(chioma).getByRole('button', { name: /^Cancel/ }));
    expect(await screen.findByText(/is cancelled: nothing is erased\.$/)).toBeVisible();
  });
});
