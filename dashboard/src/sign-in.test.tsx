import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test, vi } from 'vitest';
import { TOKEN } from './test/fake-api.ts';
import { aroundEachTest, noViolations, openApp, refuse, refuseAs } from './test/open-app.tsx';

aroundEachTest();

const signInPage = () => screen.findByRole('heading', { level: 1, name: 'Sign in' });
const metrics = () => screen.findByRole('region', { name: 'Cycle time' });
const OVER = 'Your sign-in is over. Sign in again, and you are back where you were.';

/** What an issuer’s refusal leaves in the browser. */
function leaveBehind(words: string) {
  const coded = btoa(JSON.stringify({ words })).replaceAll('=', '');
  let cookies = `a=1; __Host-plumbline-sign-in-outcome=${coded}`;
  vi.spyOn(document, 'cookie', 'get').mockImplementation(() => cookies);
  return vi.spyOn(document, 'cookie', 'set').mockImplementation((cookie) => {
    if (cookie.startsWith('__Host-plumbline-sign-in-outcome=;')) cookies = 'a=1';
  });
}

/** As coming back to the window does. */
async function lookAgain() {
  await act(async () => {
    await vi.advanceTimersByTimeAsync(31_000);
    window.dispatchEvent(new Event('visibilitychange'));
  });
}

describe('the ways in', () => {
  test('lead to each issuer, and from there back to the page that was asked for', async () => {
    const { api, view } = openApp('/audit?team=team-acme&from=2026-11-01', 'normal', null);
    await signInPage();
    const link = await screen.findByRole('link', { name: 'Sign in with Acme Okta' });
    const back = 'return_to=%2Faudit%3Fteam%3Dteam-acme%26from%3D2026-11-01';
    expect(link).toHaveAttribute('href', `/auth/sign-in/okta?${back}`);
    expect(screen.getByRole('link', { name: 'Sign in with GitHub' })).toHaveAttribute(
      'href',
      `/auth/sign-in/github?${back}`,
    );
    expect(screen.getByLabelText('Access token')).toBeVisible();
    // Whoever comes for the first time has nothing to be told.
    expect(screen.queryByRole('alert')).toBeNull();
    expect(api.calls).toEqual(['GET /api/me', 'GET /auth/issuers']);
    await noViolations(view.container);
  });

  test('without an issuer say that the operator’s token is the only one', async () => {
    openApp('/', 'normal', null, (api) => {
      api.issuers = [];
    });
    expect(await screen.findByText(/The operator has set up no other way to sign in/)).toBeVisible();
    expect(screen.queryByRole('link')).toBeNull();
    expect(screen.getByLabelText('Access token')).toBeVisible();
  });

  test('that cannot be loaded can be asked for again, while the token still works', async () => {
    const { user } = openApp('/', 'normal', null, (api) => {
      refuse(api, '/auth/issuers', 'Not now', 'Later.', 400);
    });
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('The ways to sign in could not be loaded');
    await user.click(within(alert).getByRole('button', { name: 'Try again' }));
    expect(await screen.findByRole('link', { name: 'Sign in with GitHub' })).toBeVisible();
    await user.type(screen.getByLabelText('Access token'), `${TOKEN}{Enter}`);
    await metrics();
  });

  test('an API that does not answer is no reason to ask anybody to sign in', async () => {
    const { user } = openApp('/', 'normal', 'developer', (api) => {
      refuse(api, '/api/me', 'Not now', 'Later.', 400);
    });
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('Whether you are signed in could not be found out');
    await user.click(within(alert).getByRole('button', { name: 'Try again' }));
    await metrics();
  });
});

describe('a sign-in that came to nothing', () => {
  const words = 'You were not signed in: the issuer sent you back without an answer. Try again.';

  test('is explained on the sign-in page, once', async () => {
    const set = leaveBehind(words);
    const { view } = openApp('/', 'normal', null);
    expect(await screen.findByRole('alert')).toHaveTextContent(words);
    expect(set).toHaveBeenCalledExactlyOnceWith(
      '__Host-plumbline-sign-in-outcome=; Path=/; Max-Age=0; Secure; SameSite=Strict',
    );
    view.unmount();
    openApp('/', 'normal', null);
    await screen.findByRole('link', { name: 'Sign in with GitHub' });
    expect(screen.queryByRole('alert')).toBeNull();
  });

  test('is explained above the page to whoever is still in, and can be put away', async () => {
    leaveBehind(words);
    const { user } = openApp('/', 'normal', 'admin');
    expect(await screen.findByRole('alert')).toHaveTextContent(words);
    await metrics();
    await user.click(screen.getByRole('button', { name: 'Close' }));
    expect(screen.queryByRole('alert')).toBeNull();
  });
});

describe('somebody who signed in', () => {
  test('is in without a token, and is told who they are here', async () => {
    const { api, user, view } = openApp('/', 'normal', 'lead');
    await metrics();
    expect(api.calls[0]).toBe('GET /api/me');
    expect(api.calls).not.toContain('GET /api/teams');
    await user.click(screen.getByRole('button', { name: 'Account: Bram de Wit' }));
    const account = screen.getByRole('group', { name: 'Account' });
    expect(account).toHaveTextContent('Bram de Witbram@acme.example');
    await waitFor(() => {
      expect(account).toHaveTextContent('Signed in withAcme Okta');
    });
    expect(account).toHaveTextContent('In AcmeLead');
    await noViolations(view.container);
    await user.keyboard('{Escape}');
    expect(screen.getByRole('button', { name: 'Account: Bram de Wit' })).toHaveFocus();
    expect(screen.queryByRole('group', { name: 'Account' })).toBeNull();
  });

  test.each([
    ['Sign out', false],
    ['Sign out everywhere', true],
  ])('leaves with “%s”', async (button, everywhere) => {
    const { api, user } = openApp('/', 'normal', 'developer');
    await metrics();
    await user.click(screen.getByRole('button', { name: 'Account: Chioma Eze' }));
    await user.click(screen.getByRole('button', { name: button }));
    await signInPage();
    expect(api.bodies).toEqual([{ call: 'POST /auth/sign-out', body: { everywhere } }]);
    expect(screen.queryByRole('alert')).toBeNull();
  });

  test('is still in when signing out does not work, and is told so', async () => {
    const { api, user } = openApp('/', 'normal', 'developer');
    await metrics();
    await user.click(screen.getByRole('button', { name: 'Account: Chioma Eze' }));
    refuse(api, '/auth/sign-out', 'Not available just now', 'The database is busy.', 503);
    await user.click(screen.getByRole('button', { name: 'Sign out' }));
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'You are still signed inNot available just now: The database is busy.',
    );
    expect(screen.getByRole('region', { name: 'Cycle time' })).toBeVisible();
  });

  test('whose session ends while they read comes back to where they were', async () => {
    const { api, user } = openApp('/?team=team-acme', 'normal', 'developer');
    await metrics();
    api.session = null;
    await user.click(screen.getByRole('button', { name: 'Last 30 days' }));
    await signInPage();
    expect(await screen.findByRole('alert')).toHaveTextContent(OVER);
    const link = await screen.findByRole('link', { name: 'Sign in with GitHub' });
    const back = new URL(link.getAttribute('href') ?? '', window.location.origin).searchParams.get(
      'return_to',
    );
    expect(back).toBe('/?team=team-acme&from=2026-10-24&to=2026-11-22');
    expect(back).toBe(window.location.pathname + window.location.search);
  });

  test('whose session ends before they change something learns that, too', async () => {
    const { api, user } = openApp('/my-surveys?team=team-acme', 'normal', 'developer');
    const optIn = await screen.findByRole('switch', { name: 'Ask me in surveys' });
    api.session = null;
    await user.click(optIn);
    await signInPage();
    expect(await screen.findByRole('alert')).toHaveTextContent(OVER);
    expect(api.bodies).toEqual([]);
  });

  test('sees nothing of what was read as somebody else', async () => {
    const { api } = openApp('/my-surveys?team=team-acme', 'normal', 'developer');
    await screen.findByRole('link', { name: 'Retry payments that time out' });
    // Somebody else signs in, in another tab of the same browser.
    api.session = 'lead';
    api.accounts.surveys = [];
    let arrive: () => void = () => undefined;
    api.accounts.surveysOnTheirWay = new Promise((resolve) => {
      arrive = resolve;
    });
    await lookAgain();
    expect(await screen.findByRole('button', { name: 'Account: Bram de Wit' })).toBeVisible();
    expect(screen.queryByRole('link', { name: 'Retry payments that time out' })).toBeNull();
    arrive();
    expect(await screen.findByRole('region', { name: 'You are not asked anything' })).toBeVisible();
  });

  test('in no team is told how to get into one', async () => {
    const { api, user, view } = openApp('/', 'normal', 'newcomer');
    const part = await screen.findByRole('region', { name: 'Hello, Zoe Adler. You are in no team yet' });
    expect(part).toHaveTextContent('Ask an admin to invite zoe@elsewhere.example');
    expect(within(part).getByRole('link', { name: 'Sign in again' })).toHaveAttribute(
      'href',
      '/auth/sign-in/github?return_to=%2F',
    );
    expect(screen.queryByRole('navigation')).toBeNull();
    await noViolations(view.container);
    await user.click(within(part).getByRole('button', { name: 'Sign out' }));
    await signInPage();
    expect(api.calls).toEqual(['GET /api/me', 'POST /auth/sign-out', 'GET /auth/issuers']);
  });
});

test('a token goes before the cookie, and is all that is sent', async () => {
  const { api, user } = openApp('/', 'normal', 'operator', (fake) => {
    fake.session = 'developer';
  });
  await metrics();
  expect(screen.getByRole('button', { name: 'Account: Operator' })).toBeVisible();
  // Whoever forgets it is asked who they are: the other one does not come in unasked.
  await user.click(screen.getByRole('button', { name: 'Account: Operator' }));
  await user.click(screen.getByRole('button', { name: 'Sign out' }));
  await signInPage();
  expect(api.session).toBe('developer');
});

test('an answer that takes a fresh sign-in offers one, and leads back', async () => {
  const { api, user, view } = openApp('/connections?team=team-acme', 'normal', 'admin', (fake) => {
    fake.isFresh = false;
  });
  await user.click(await screen.findByRole('button', { name: 'Disconnect: GitHub' }));
  await user.click(screen.getByRole('button', { name: 'Disconnect GitHub' }));
  const alert = await screen.findByRole('alert');
  expect(alert).toHaveTextContent('This takes a sign-in within the last ten minutes');
  expect(alert).toHaveTextContent('Nothing was changed.');
  expect(within(alert).getByRole('link', { name: 'Sign in once more' })).toHaveAttribute(
    'href',
    '/auth/sign-in/okta?fresh=true&return_to=%2Fconnections%3Fteam%3Dteam-acme',
  );
  expect(api.connections).toHaveLength(1);
  await noViolations(view.container);
});

test('an answer that the role does not allow is shown in the API’s words, without an alarm', async () => {
  const { api, user } = openApp('/connections?team=team-acme', 'normal', 'admin');
  const path = '/api/teams/team-acme/connections/github/test';
  await screen.findByRole('button', { name: 'Test: GitHub' });
  refuseAs(api, path, 403, 'role', 'Your role in this team does not allow this.');
  await user.click(screen.getByRole('button', { name: 'Test: GitHub' }));
  const alert = await screen.findByRole('alert');
  expect(alert).toHaveTextContent('Your role in this team does not allow this.');
  expect(alert).not.toHaveTextContent('Request id');
});
