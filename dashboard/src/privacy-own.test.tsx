import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test, vi } from 'vitest';
import type { FakeApi } from './test/fake-api.ts';
import { aroundEachTest, noViolations, openApp, refuseAs } from './test/open-app.tsx';
import type { PersonKey } from './test/people.ts';

aroundEachTest();

const TEAM = '/api/teams/team-acme';
const MINE = `${TEAM}/members/me/erasure`;

function open(who: PersonKey | 'operator' = 'developer', prepare: (api: FakeApi) => void = () => undefined) {
  return openApp('/privacy?team=team-acme', 'normal', who, prepare);
}

const part = (name: string) => screen.findByRole('region', { name });
const asked = (api: FakeApi, call: string) => api.calls.filter((one) => one === call).length;

/** What goes on by itself goes on, and the page is given the time to ask. */
async function pass(milliseconds: number) {
  await act(async () => {
    await vi.advanceTimersByTimeAsync(milliseconds);
  });
}

describe('the page', () => {
  test.each([
    ['developer', ['My data', 'My erasure']],
    ['lead', ['My data', 'My erasure']],
    ['admin', ['My data', 'My erasure', 'The team’s data', 'Erasures', 'Delete this team']],
    ['operator', ['The team’s data', 'Erasures', 'Delete this team']],
  ] satisfies [PersonKey | 'operator', string[]][])('has for %s the parts %j', async (who, parts) => {
    const { api, view } = open(who);
    await screen.findByRole('heading', { level: 1, name: 'Data & privacy' });
    const headings = screen.getAllByRole('heading', { level: 2 });
    expect(headings.map((heading) => heading.textContent)).toEqual(parts);
    await waitFor(() => {
      expect(screen.queryByRole('status', { name: 'Loading' })).toBeNull();
    });
    expect(screen.queryByRole('alert')).toBeNull();
    expect(api.calls.filter((call) => call.includes('/identities'))).toEqual([]);
    await noViolations(view.container);
  });

  test.each([
    ['developer', 'Asking for your erasure takes a sign-in', 'github'],
    ['admin', 'The team’s data, erasures and deletion take a sign-in', 'okta'],
  ] satisfies [PersonKey, string, string][])(
    'tells %s who did not sign in just now before they begin',
    async (who, words, issuer) => {
      open(who, (api) => {
        api.isFresh = false;
      });
      expect(await screen.findByText(new RegExp(words))).toBeVisible();
      expect(screen.getByRole('link', { name: 'Sign in once more' })).toHaveAttribute(
        'href',
        `/auth/sign-in/${issuer}?fresh=true&return_to=%2Fprivacy%3Fteam%3Dteam-acme`,
      );
    },
  );
});

describe('my data', () => {
  test('is exported when asked for, its progress is shown, and looking ends with it', async () => {
    const { api, user, view } = open();
    const mine = await part('My data');
    expect(await within(mine).findByText('You have asked for no export in the last days.')).toBeVisible();
    const list = `GET ${TEAM}/exports`;
    const before = asked(api, list);
    await pass(10_000);
    expect(asked(api, list)).toBe(before);

    await user.click(within(mine).getByRole('button', { name: 'Export my data' }));
    const row = await within(mine).findByRole('listitem', { name: /^My data, 22 Nov 2026/ });
    expect(api.bodies).toEqual([{ call: `POST ${TEAM}/exports`, body: { whose: 'me' } }]);
    expect(row).toHaveTextContent('Queued');
    expect(within(mine).getByText(/It is being made. You may leave this page/)).toBeVisible();
    expect(within(mine).getByRole('button', { name: 'Export my data' })).toBeDisabled();
    expect(within(row).queryByRole('link')).toBeNull();

    api.privacy.goOn();
    await pass(3_100);
    await waitFor(() => {
      expect(row).toHaveTextContent('Writing reviews (2 of 9)4,200 rows');
    });
    expect(row).toHaveTextContent('Being made');
    expect(within(row).getByRole('progressbar', { name: /^Progress: My data/ })).toBeVisible();
    await noViolations(view.container);

    api.privacy.goOn();
    await pass(3_100);
    await waitFor(() => {
      expect(row).toHaveTextContent('Ready');
    });
    expect(row).toHaveTextContent('Size1.4 MBCan be downloaded untilin 7 days (29 Nov 2026');
    expect(within(row).queryByRole('progressbar')).toBeNull();
    expect(within(mine).getByText('Your export is ready. Download it above.')).toBeVisible();
    expect(within(mine).queryByText(/^It is being made/)).toBeNull();
    expect(within(mine).getByRole('button', { name: 'Export my data' })).toBeEnabled();
    const polls = asked(api, list);
    await pass(20_000);
    expect(asked(api, list)).toBe(polls);
    await noViolations(view.container);
  });

  const ready = (api: FakeApi) => {
    api.isFresh = false;
    api.privacy.exports = [api.privacy.export({ id: 'x_ready' })];
  };
  const download = () => screen.findByRole('link', { name: /^Download: My data, 21 Nov 2026/ });
  const file = `${TEAM}/exports/x_ready/file`;

  test('is downloaded once it is known that the session holds, by a fresh sign-in or not', async () => {
    const { api, leave, user } = open('developer', ready);
    const link = await download();
    expect(link).toHaveAttribute('href', file);
    await user.click(link);
    await waitFor(() => {
      expect(leave).toHaveBeenCalledWith(file);
    });
    expect(asked(api, `GET ${TEAM}/exports/x_ready`)).toBe(1);
    expect(screen.queryByRole('alert')).toBeNull();
  });

  test('is a link like any other for whoever wants it in another tab', async () => {
    const { api, leave, user } = open('developer', ready);
    const link = await download();
    // The browser would open one here.
    const followed = vi.fn<(isLeft: boolean) => void>();
    window.addEventListener(
      'click',
      (event) => {
        followed(!event.defaultPrevented);
        event.preventDefault();
      },
      { once: true },
    );
    await user.keyboard('{Control>}');
    await user.click(link);
    await user.keyboard('{/Control}');
    expect(followed).toHaveBeenCalledWith(true);
    expect(asked(api, `GET ${TEAM}/exports/x_ready`)).toBe(0);
    expect(leave).not.toHaveBeenCalled();
  });

  test('leads to signing in where the session is over, and back', async () => {
    const { api, leave, user } = open('developer', ready);
    const link = await download();
    api.session = null;
    await user.click(link);
    expect(await screen.findByText(/^Your sign-in is over\. Sign in again/)).toBeVisible();
    expect(await screen.findByRole('link', { name: 'Sign in with GitHub' })).toHaveAttribute(
      'href',
      '/auth/sign-in/github?return_to=%2Fprivacy%3Fteam%3Dteam-acme',
    );
    expect(leave).not.toHaveBeenCalled();
  });

  test('that is gone meanwhile says so in this page', async () => {
    const { api, leave, user } = open('developer', ready);
    const link = await download();
    api.privacy.exports = [];
    await user.click(link);
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('The file was not downloaded');
    expect(alert).toHaveTextContent('There is no such export.');
    expect(leave).not.toHaveBeenCalled();
  });

  test('that is over offers no file: expired, failed', async () => {
    open('developer', ({ privacy }) => {
      privacy.exports = [
        privacy.export({
          status: 'failed',
          bytes: null,
          ends_at: null,
          error: 'The disk was full. Ask for it again.',
        }),
        privacy.export({ asked_at: privacy.at(-9), ends_at: privacy.at(-2) }),
      ];
    });
    const mine = await part('My data');
    const failed = await within(mine).findByRole('listitem', { name: /21 Nov 2026/ });
    expect(failed).toHaveTextContent('Failed');
    expect(failed).toHaveTextContent('The disk was full. Ask for it again.');
    const expired = within(mine).getByRole('listitem', { name: /13 Nov 2026/ });
    expect(expired).toHaveTextContent('Expired');
    expect(expired).toHaveTextContent('Was there until2 days ago');
    expect(within(mine).queryByRole('link')).toBeNull();
  });

  test('whose last attempt failed says that another one follows', async () => {
    open('developer', ({ privacy }) => {
      const none = { bytes: null, ends_at: null, ended_at: null };
      privacy.exports = [privacy.export({ ...none, status: 'queued', error: 'It took too long.' })];
    });
    expect(
      await screen.findByText('The last attempt failed, and another one follows: It took too long.'),
    ).toBeVisible();
  });

  test('is removed, and given up while it is being made', async () => {
    const { api, user } = open('developer', ({ privacy }) => {
      const none = { bytes: null, ends_at: null, ended_at: null };
      privacy.exports = [
        privacy.export({ ...none, id: 'x_open', status: 'running', asked_at: privacy.at(0) }),
        privacy.export({ id: 'x_ready' }),
      ];
    });
    await user.click(await screen.findByRole('button', { name: /^Remove: My data, 21 Nov/ }));
    expect(await screen.findByText('The export is removed.')).toHaveFocus();
    await waitFor(() => {
      expect(screen.queryByRole('listitem', { name: /^My data, 21 Nov/ })).toBeNull();
    });
    await user.click(screen.getByRole('button', { name: /^Give up: My data, 22 Nov/ }));
    expect(await screen.findByText('You have asked for no export in the last days.')).toBeVisible();
    expect(api.calls.filter((call) => call.startsWith('DELETE'))).toEqual([
      `DELETE ${TEAM}/exports/x_ready`,
      `DELETE ${TEAM}/exports/x_open`,
    ]);
  });

  test('that cannot be read, asked for or removed says why', async () => {
    const { api, user } = open('developer', (fake) => {
      fake.privacy.exports = [fake.privacy.export({ id: 'x_ready' })];
      refuseAs(fake, `${TEAM}/exports`, 400, 'bad-request', 'Nothing can be read.');
    });
    const mine = await part('My data');
    const alert = await within(mine).findByRole('alert');
    expect(alert).toHaveTextContent('Your exports could not be loaded');
    await user.click(within(alert).getByRole('button', { name: 'Try again' }));
    const ask = await within(mine).findByRole('button', { name: 'Export my data' });
    refuseAs(api, `${TEAM}/exports`, 429, 'too-many-calls', 'Wait a while.');
    await user.click(ask);
    expect(await within(mine).findByRole('alert')).toHaveTextContent('No export was asked for');
    refuseAs(api, `${TEAM}/exports/x_ready`, 404, 'unknown-export', 'There is no such export.');
    await user.click(within(mine).getByRole('button', { name: /^Remove/ }));
    expect(await within(mine).findByText('The export was not removed')).toBeVisible();
  });
});

describe('my erasure', () => {
  test('is asked for after a question, waits until its date, and is taken back', async () => {
    const { api, user, view } = open();
    const mine = await part('My erasure');
    expect(mine).toHaveTextContent('Rows about your work stay under a pseudonym');
    expect(mine).toHaveTextContent('if nobody does, it is done 30 days after you asked');
    await user.click(await within(mine).findByRole('button', { name: 'Ask for my erasure' }));
    const question = within(mine).getByRole('group', { name: 'Be erased from Acme?' });
    expect(within(question).getByRole('button', { name: 'Keep my data' })).toHaveFocus();
    await noViolations(view.container);
    await user.click(within(question).getByRole('button', { name: 'Keep my data' }));
    expect(within(mine).queryByRole('group')).toBeNull();
    expect(asked(api, `POST ${MINE}`)).toBe(0);

    await user.click(within(mine).getByRole('button', { name: 'Ask for my erasure' }));
    await user.click(within(mine).getByRole('button', { name: 'Yes, ask for it' }));
    expect(await within(mine).findByText('You have asked for your erasure.')).toHaveFocus();
    expect(asked(api, `POST ${MINE}`)).toBe(1);
    expect(mine).toHaveTextContent('Plumbline is looking for what names you.');
    expect(within(mine).queryByRole('button', { name: 'Ask for my erasure' })).toBeNull();

    api.privacy.goOn();
    await pass(3_100);
    await waitFor(() => {
      expect(mine).toHaveTextContent(/It is done in 30 days \(22 Dec 2026, .*\), or before, when an admin/);
    });
    const looks = asked(api, `GET ${MINE}`);
    await pass(20_000);
    expect(asked(api, `GET ${MINE}`)).toBe(looks);
    await noViolations(view.container);

    await user.click(within(mine).getByRole('button', { name: 'Take it back' }));
    expect(await within(mine).findByText('It is taken back: nothing of yours is erased.')).toHaveFocus();
    expect(within(mine).getByRole('button', { name: 'Ask for my erasure' })).toBeVisible();
    expect(api.privacy.erasures.map(({ status }) => status)).toEqual(['cancelled']);
  });

  test('takes a fresh sign-in, and nothing is asked for without one', async () => {
    const { api, user } = open('developer', (fake) => {
      fake.isFresh = false;
    });
    const mine = await part('My erasure');
    await user.click(await within(mine).findByRole('button', { name: 'Ask for my erasure' }));
    await user.click(within(mine).getByRole('button', { name: 'Yes, ask for it' }));
    const alert = await within(mine).findByRole('alert');
    expect(alert).toHaveTextContent('This takes a sign-in within the last ten minutes');
    expect(within(alert).getByRole('link', { name: 'Sign in once more' })).toHaveAttribute(
      'href',
      '/auth/sign-in/github?fresh=true&return_to=%2Fprivacy%3Fteam%3Dteam-acme',
    );
    expect(api.privacy.erasures).toEqual([]);
  });

  test('that was confirmed meanwhile cannot be taken back', async () => {
    const { api, user } = open('developer', ({ privacy }) => {
      privacy.erasures = [privacy.erasure({ own: true, asked_by: 'u_chioma' })];
    });
    const mine = await part('My erasure');
    const back = await within(mine).findByRole('button', { name: 'Take it back' });
    api.privacy.erasures = api.privacy.erasures.map((one) => ({ ...one, status: 'erasing' }));
    await user.click(back);
    expect(await within(mine).findByRole('alert')).toHaveTextContent('It was not taken back');
    await waitFor(() => {
      expect(mine).toHaveTextContent('You are being erased. It takes some minutes');
    });
    expect(within(mine).queryByRole('button', { name: 'Take it back' })).toBeNull();
  });

  test('that an admin began is no request of theirs', async () => {
    open('developer', ({ privacy }) => {
      privacy.erasures = [privacy.erasure()];
    });
    const mine = await part('My erasure');
    expect(await within(mine).findByRole('button', { name: 'Ask for my erasure' })).toBeVisible();
  });

  test('that cannot be read says why', async () => {
    const { user } = open('developer', (api) => {
      refuseAs(api, MINE, 400, 'bad-request', 'Nothing can be read.');
    });
    const mine = await part('My erasure');
    const alert = await within(mine).findByRole('alert');
    expect(alert).toHaveTextContent('Your request could not be loaded');
    await user.click(within(alert).getByRole('button', { name: 'Try again' }));
    expect(await within(mine).findByRole('button', { name: 'Ask for my erasure' })).toBeVisible();
  });
});
