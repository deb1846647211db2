import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test, vi } from 'vitest';
import type { FakeApi } from './test/fake-api.ts';
import type { Scenario } from './test/sync-sample.ts';
import { aroundEachTest, noViolations, openApp, refuse as refuseWith } from './test/open-app.tsx';

aroundEachTest();

const PATH = '/api/teams/team-acme/connections';

function open(scenario: Scenario = 'every-vendor', search = '') {
  return openApp(`/connections${search}`, scenario);
}

const card = (name: string) => screen.findByRole('region', { name });

function refuse(api: FakeApi, path: string, detail: string) {
  refuseWith(api, path, 'The vendor refused', detail);
}

describe('the connections', () => {
  test('each vendor has a card that says how it stands', async () => {
    const { view } = open();
    const github = await card('GitHub');
    await waitFor(() => {
      expect(github).toHaveTextContent('Up to date');
    });
    expect(github).toHaveTextContent('organisation acme, 180 days back');
    expect(github).toHaveTextContent('Connected since40 days ago (13 Oct 2026');
    expect(github).toHaveTextContent('Bythe GitHub App');
    expect(github).toHaveTextContent('Last success12 minutes ago');
    const jira = await card('Jira');
    expect(jira).toHaveTextContent('Broken since12 minutes ago');
    expect(jira).toHaveTextContent('Atlassian no longer takes the consent');
    expect(await card('Slack')).toHaveTextContent('Last successnever');
    expect(await card('GitHub Copilot')).toHaveTextContent('the survey’s answers stand in');
    expect(within(await card('JFrog')).getByRole('progressbar')).toHaveAttribute('value', '17');
    expect(await card('Trello')).toHaveTextContent('Waiting untilin 23 minutes');
    expect(await card('Atlassian')).toHaveTextContent('Not connected');
    expect(screen.queryByText(/Nothing is connected yet/)).toBeNull();
    await noViolations(view.container);
  });

  test('the delivery overview is one click away, and the way back', async () => {
    const { user } = open('normal', '?team=team-globex');
    await card('GitHub');
    const pages = screen.getByRole('navigation', { name: 'Pages' });
    expect(within(pages).getByRole('link', { name: 'Connections' })).toHaveAttribute('aria-current', 'page');
    await user.click(within(pages).getByRole('link', { name: 'Delivery' }));
    expect(await screen.findByRole('heading', { name: 'Delivery overview' })).toBeVisible();
    expect(window.location.pathname).toBe('/');
    expect(screen.getByRole('link', { name: 'Delivery' })).toHaveFocus();
    expect(window.location.search).toContain('team=team-globex');
    await user.click(screen.getByRole('link', { name: 'Connections' }));
    await card('GitHub');
    await user.selectOptions(screen.getByLabelText('Team'), 'Acme');
    expect(window.location.search).toBe('?team=team-acme');
  });

  test('with nothing connected the page says where to begin', async () => {
    const { view } = open('no-connection');
    expect(await screen.findByText(/Nothing is connected yet. Begin with GitHub/)).toBeVisible();
    expect(within(await card('Trello')).queryByRole('button', { name: 'Test: Trello' })).toBeNull();
    await noViolations(view.container);
  });

  test('while it loads there are place-holders; a failure shows its reason and can be tried again', async () => {
    const { api, user } = open('normal', '?team=team-acme');
    expect(screen.getByRole('status', { name: 'Loading' })).toBeInTheDocument();
    await card('GitHub');
    refuse(api, '/api/teams/team-globex/connections', 'Not these.');
    await user.selectOptions(screen.getByLabelText('Team'), 'Globex Platform Engineering');
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('The vendor refused: Not these.');
    await user.click(within(alert).getByRole('button', { name: 'Try again' }));
    await card('GitHub');
  });
});

describe('connecting', () => {
  test('leads to the vendor’s consent page where there is one', async () => {
    const { api, user, leave } = open('no-connection');
    await user.click(await screen.findByRole('button', { name: 'Connect: Jira' }));
    await waitFor(() => {
      expect(leave).toHaveBeenCalledWith('https://vendor.example/consent?for=jira');
    });
    expect(api.calls).toContain(`GET ${PATH}/jira/start`);
    await user.click(screen.getByRole('button', { name: 'The App is installed already: GitHub' }));
    await waitFor(() => {
      expect(api.calls).toContain(`GET ${PATH}/github/start?installed=true`);
    });
  });

  test('says why that is not possible', async () => {
    const { api, user, leave } = open('no-connection');
    const slack = await card('Slack');
    refuse(api, `${PATH}/slack/start`, 'The operator has to set the parameter PublicUrl.');
    await user.click(within(slack).getByRole('button', { name: 'Connect: Slack' }));
    expect(await within(slack).findByRole('alert')).toHaveTextContent('the parameter PublicUrl');
    expect(leave).not.toHaveBeenCalled();
  });

  test('by a form asks for what the vendor needs, and shows the vendor’s own words when it refuses', async () => {
    const { api, user, view } = open('no-connection');
    const trello = await card('Trello');
    await user.click(within(trello).getByRole('button', { name: 'Connect: Trello' }));
    const form = within(trello).getByRole('form', { name: 'Connect Trello' });
    expect(within(form).getByLabelText('API key')).toHaveFocus();
    await noViolations(view.container);
    await user.type(within(form).getByLabelText('API key'), 'k3y');
    await user.click(within(form).getByRole('button', { name: 'Connect Trello' }));
    expect(within(form).getByRole('alert')).toHaveTextContent('Enter the token.');
    expect(within(form).getByLabelText('Token')).toHaveFocus();
    expect(api.put).toEqual([]);

    await user.type(within(form).getByLabelText('Token'), 't0ken');
    refuse(api, `${PATH}/trello`, 'Trello does not accept the credentials: invalid key.');
    await user.click(within(form).getByRole('button', { name: 'Connect Trello' }));
    expect(await within(form).findByRole('alert')).toHaveTextContent('invalid key');

    await user.click(within(form).getByRole('button', { name: 'Connect Trello' }));
    await waitFor(() => {
      expect(trello).toHaveTextContent('Trello is connected.');
    });
    expect(api.put).toEqual([{ credentials: { key: 'k3y', token: 't0ken' }, settings: {} }]);
    expect(within(trello).queryByRole('form')).toBeNull();
    await waitFor(() => {
      expect(trello).toHaveTextContent('Not synced yet');
    });
  });

  test('a form begins with what is known, and never with a secret', async () => {
    const { user } = open();
    const jfrog = await card('JFrog');
    await user.click(within(jfrog).getByRole('button', { name: 'Connect again: JFrog' }));
    expect(within(jfrog).getByLabelText('Server')).toHaveValue('https://acme.jfrog.io');
    expect(within(jfrog).getByLabelText('Access token')).toHaveValue('');
    await user.click(within(jfrog).getByRole('button', { name: 'Cancel' }));
    expect(within(jfrog).queryByRole('form')).toBeNull();
  });

  test('what was entered is not lost unasked', async () => {
    const { api, user, view } = open();
    const jfrog = await card('JFrog');
    await user.click(within(jfrog).getByRole('button', { name: 'Connect again: JFrog' }));
    const delivery = screen.getByRole('link', { name: 'Delivery' });
    await user.type(within(jfrog).getByLabelText('Access token'), 't0ken');
    await user.click(delivery);
    const question = await within(jfrog).findByRole('group', { name: 'Leave without saving?' });
    expect(question).toHaveTextContent('What you entered for JFrog would be lost.');
    await noViolations(view.container);
    await user.click(within(question).getByRole('button', { name: 'Stay here' }));
    // As it began, there is nothing to lose.
    await user.clear(within(jfrog).getByLabelText('Access token'));
    await user.click(delivery);
    expect(await screen.findByRole('heading', { name: 'Delivery overview' })).toBeVisible();
    expect(api.put).toEqual([]);
  });
});

describe('coming back from a vendor', () => {
  function leaveBehind(outcome: object) {
    const coded = btoa(JSON.stringify(outcome)).replaceAll('=', '');
    vi.spyOn(document, 'cookie', 'get').mockReturnValue(`__Host-plumbline-consent-outcome=${coded}`);
    return vi.spyOn(document, 'cookie', 'set');
  }

  test('with a no shows it in words, once', async () => {
    const words = 'Jira was not connected, because nobody agreed there.';
    const set = leaveBehind({ provider: 'jira', connected: false, words });
    open('normal');
    expect(await screen.findByRole('alert')).toHaveTextContent(words);
    expect(set).toHaveBeenCalledWith(expect.stringContaining('Max-Age=0'));
  });

  test('with a yes says what comes next', async () => {
    leaveBehind({ provider: 'slack', connected: true, words: null });
    open('normal');
    expect(await screen.findByText(/Slack is connected/)).toHaveTextContent('Sync now begins at once');
  });

  test('an operator who registered the App is told how to get its secrets', async () => {
    open('normal', '?code=a1b2%26c');
    const part = await screen.findByRole('region', { name: 'GitHub has registered the App' });
    expect(part).toHaveTextContent('https://api.github.com/app-manifests/a1b2%26c/conversions');
  });
});

describe('a connection', () => {
  test('can be tested, and says what the vendor says', async () => {
    const { api, user } = open();
    const github = await card('GitHub');
    refuse(api, `${PATH}/github/test`, 'the installation is suspended');
    await user.click(within(github).getByRole('button', { name: 'Test: GitHub' }));
    expect(await within(github).findByRole('alert')).toHaveTextContent('the installation is suspended');
    await user.click(within(github).getByRole('button', { name: 'Test: GitHub' }));
    expect(await within(github).findByText('It works: GitHub lets Plumbline in.')).toBeVisible();
    expect(within(github).queryByRole('alert')).toBeNull();
  });

  test('can be synced by itself', async () => {
    const { api, user } = open();
    const slack = await card('Slack');
    await user.click(within(slack).getByRole('button', { name: 'Sync now: Slack' }));
    await waitFor(() => {
      expect(slack).toHaveTextContent('Queued');
    });
    expect(within(slack).getByRole('button', { name: 'Syncing…: Slack' })).toBeDisabled();
    expect(api.rows.find((row) => row.provider === 'github')?.status).toBe('idle');
  });

  test('is disconnected after a question that says what happens at the vendor', async () => {
    const { api, user, view } = open();
    const github = await card('GitHub');
    const button = within(github).getByRole('button', { name: 'Disconnect: GitHub' });
    await user.click(button);
    expect(button).toHaveAttribute('aria-expanded', 'true');
    const question = within(github).getByRole('group', { name: 'Disconnect GitHub?' });
    expect(question).toHaveTextContent('The App stays installed until an owner uninstalls it');
    expect(within(question).getByRole('button', { name: 'Keep it' })).toHaveFocus();
    await noViolations(view.container);
    await user.click(within(question).getByRole('button', { name: 'Keep it' }));
    expect(api.calls.filter((call) => call.startsWith('DELETE'))).toEqual([]);

    await user.click(button);
    await user.click(within(github).getByRole('button', { name: 'Disconnect GitHub' }));
    await waitFor(() => {
      expect(github).toHaveTextContent('Not connected');
    });
    expect(github).toHaveTextContent('GitHub is disconnected.');
    expect(api.calls).toContain(`DELETE ${PATH}/github`);
    expect(within(github).getByRole('heading', { name: 'GitHub' })).toHaveFocus();
  });
});
