import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test, vi } from 'vitest';
import { aroundEachTest, noViolations, openApp, refuse } from './test/open-app.tsx';

aroundEachTest();

const PATH = '/api/teams/team-acme/survey-settings';
const open = () => openApp('/surveys?team=team-acme');
const form = () => screen.findByRole('form', { name: 'Survey settings' });
const field = (name: string) => screen.getByLabelText(name);
const save = () => screen.getByRole('button', { name: 'Save' });

/** What is said beside the button. */
const said = async (words: string) => {
  await waitFor(() => {
    expect(screen.getByRole('status')).toHaveTextContent(words);
  });
};

describe('the survey’s settings', () => {
  test('are shown as they are, each with what it means', async () => {
    const { api, view } = open();
    expect(screen.getByRole('status', { name: 'Loading' })).toBeInTheDocument();
    await form();
    expect(screen.getByRole('heading', { level: 1, name: 'Survey settings' })).toBeVisible();
    expect(screen.getByRole('link', { name: 'Survey settings' })).toHaveAttribute('aria-current', 'page');
    expect(screen.getByRole('switch', { name: 'Surveys' })).toBeChecked();
    expect(screen.getByRole('switch', { name: 'Reveals' })).toBeChecked();
    expect(field('Sampling rate')).toHaveValue('100');
    expect(field('Sampling rate')).toHaveAccessibleDescription(/% How many of the merged pull requests/);
    expect(field('Control rate')).toHaveValue('10');
    expect(field('Daily cap')).toHaveValue('');
    expect(field('Weekday')).toHaveValue('monday');
    expect(field('Time')).toHaveValue('09:00');
    expect(field('Time')).toHaveAccessibleDescription(/in the team’s time zone, Europe\/Berlin/);
    expect(field('Channel id')).toHaveValue('C0123ABCD');
    const leaderboard = screen.getByRole('region', { name: 'Leaderboard' });
    expect(leaderboard).toHaveTextContent('Next leaderboardin 20 hours (23 Nov 2026, 09:00 CET)');
    expect(leaderboard).toHaveTextContent('In channelC0123ABCD');
    expect(save()).toBeDisabled();
    await said('No unsaved changes');
    expect(api.settingsPut).toEqual([]);
    await noViolations(view.container);
  });

  test('are sent whole when somebody saves them, and not before', async () => {
    const { api, user } = open();
    await form();
    await user.click(screen.getByRole('switch', { name: 'Reveals' }));
    await user.clear(field('Sampling rate'));
    await user.type(field('Sampling rate'), '12.5');
    await user.type(field('Daily cap'), '3');
    await user.selectOptions(field('Weekday'), 'Friday');
    fireEvent.change(field('Time'), { target: { value: '16:30' } });
    await said('5 unsaved changes');
    expect(field('Daily cap')).toHaveAccessibleDescription(/not saved$/);
    expect(field('Channel id')).not.toHaveAccessibleDescription(/not saved$/);
    expect(api.settingsPut).toEqual([]);

    await user.click(save());
    await said('Saved');
    expect(api.settingsPut).toEqual([
      {
        surveys: true,
        reveals: false,
        sampling_rate: 0.125,
        control_rate: 0.1,
        daily_cap: 3,
        leaderboard_weekday: 'friday',
        leaderboard_at: '16:30',
        leaderboard_channel: 'C0123ABCD',
      },
    ]);
    expect(api.calls.filter((call) => call.startsWith('PUT'))).toEqual([`PUT ${PATH}`]);
    expect(screen.queryByText('not saved')).toBeNull();
    expect(field('Sampling rate')).toHaveValue('12.5');
    expect(save()).toBeDisabled();
  });

  test('that the API refuses stay in the form, with the API’s words', async () => {
    const { api, user } = open();
    await form();
    await user.clear(field('Channel id'));
    await user.type(field('Channel id'), 'C9999');
    refuse(api, PATH, 'Invalid request', 'The channel C9999 is archived.', 400);
    await user.click(save());
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('The settings were not saved; your changes are still here');
    expect(alert).toHaveTextContent('Invalid request: The channel C9999 is archived.');
    expect(alert).toHaveTextContent('req-42');
    expect(field('Channel id')).toHaveValue('C9999');
    await said('1 unsaved change');

    await user.click(save());
    await said('Saved');
    expect(screen.queryByRole('alert')).toBeNull();
    expect(api.settingsPut.map((body) => body.leaderboard_channel)).toEqual(['C9999']);
  });

  test('with wrong values are explained and not sent', async () => {
    const { api, user, view } = open();
    await form();
    await user.clear(field('Control rate'));
    await user.type(field('Control rate'), '120');
    expect(screen.queryByRole('alert')).toBeNull();
    await user.clear(field('Channel id'));
    await user.type(field('Channel id'), '#engineering{Enter}');
    expect(field('Control rate')).toHaveFocus();
    expect(field('Control rate')).toBeInvalid();
    expect(field('Control rate')).toHaveAccessibleDescription(
      /Enter a number from 0 \(none\) to 100 \(all\)\./,
    );
    expect(field('Channel id')).toHaveAccessibleDescription(/Enter the channel’s id, for example C0123ABCD/);
    expect(field('Sampling rate')).toBeValid();
    expect(api.settingsPut).toEqual([]);
    await noViolations(view.container);

    await user.clear(field('Control rate'));
    await user.type(field('Control rate'), '20');
    expect(field('Control rate')).toBeValid();
  });

  test('can be discarded', async () => {
    const { api, user } = open();
    await form();
    expect(screen.queryByRole('button', { name: 'Discard' })).toBeNull();
    await user.click(screen.getByRole('switch', { name: 'Surveys' }));
    await user.type(field('Daily cap'), '0');
    await user.click(screen.getByRole('button', { name: 'Discard' }));
    expect(screen.getByRole('switch', { name: 'Surveys' })).toBeChecked();
    expect(field('Daily cap')).toHaveValue('');
    expect(screen.queryByRole('alert')).toBeNull();
    await said('No unsaved changes');
    expect(api.settingsPut).toEqual([]);
  });

  test('that are changed while others are on their way stay unsaved', async () => {
    const { api, user } = open();
    await form();
    let arrive: () => void = () => undefined;
    api.saving = new Promise((resolve) => {
      arrive = resolve;
    });
    await user.type(field('Daily cap'), '3');
    await user.click(save());
    expect(await screen.findByRole('button', { name: 'Saving…' })).toBeDisabled();
    await user.click(screen.getByRole('switch', { name: 'Reveals' }));
    expect(screen.getByRole('button', { name: 'Saving…' })).toBeDisabled();
    arrive();
    await waitFor(() => {
      expect(save()).toBeEnabled();
    });
    expect(field('Daily cap')).not.toHaveAccessibleDescription(/not saved$/);
    expect(screen.getByRole('switch', { name: 'Reveals' })).not.toBeChecked();
    await said('1 unsaved change');
    await user.click(save());
    await said('Saved');
    expect(api.settingsPut.map(({ daily_cap, reveals }) => [daily_cap, reveals])).toEqual([
      [3, true],
      [3, false],
    ]);
  });

  test('that somebody else saves meanwhile show beside the edits', async () => {
    const { api, user } = open();
    await form();
    await user.type(field('Daily cap'), '3');
    api.settings = {
      ...api.settings,
      settings: { ...api.settings.settings, leaderboard_weekday: 'friday', daily_cap: 8 },
    };
    // What was read half a minute ago is read again when somebody comes back to the window.
    await act(async () => {
      await vi.advanceTimersByTimeAsync(31_000);
      window.dispatchEvent(new Event('visibilitychange'));
    });
    await waitFor(() => {
      expect(field('Weekday')).toHaveValue('friday');
    });
    expect(field('Daily cap')).toHaveValue('3');
    await said('1 unsaved change');
  });

  test('of one team do not become another’s', async () => {
    const { user } = open();
    await form();
    await user.type(field('Daily cap'), '3');
    await user.selectOptions(screen.getByLabelText('Team'), 'Globex Platform Engineering');
    await user.click(await screen.findByRole('button', { name: 'Leave without saving' }));
    await waitFor(() => {
      expect(screen.getByLabelText('Time')).toHaveAccessibleDescription(/America\/New_York/);
    });
    expect(field('Daily cap')).toHaveValue('');
  });

  test.each(['developer', 'lead'] as const)('can be read by a %s, and not changed', async (who) => {
    const { api, view } = openApp('/surveys?team=team-acme', 'normal', who);
    await form();
    expect(screen.getByText(/You can read these settings/)).toBeVisible();
    expect(field('Sampling rate')).toHaveValue('100');
    for (const name of ['Surveys', 'Reveals', 'Sampling rate', 'Daily cap', 'Weekday', 'Time', 'Channel id'])
      expect(field(name)).toBeDisabled();
    expect(screen.queryByRole('button', { name: 'Save' })).toBeNull();
    expect(api.calls.filter((call) => call.startsWith('PUT'))).toEqual([]);
    await noViolations(view.container);
  });

  test('that cannot be loaded show why, and can be asked for again', async () => {
    const { api, user } = open();
    refuse(api, PATH, 'Forbidden', 'Only operators may see this.', 403);
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('The settings could not be loaded');
    expect(alert).toHaveTextContent('Forbidden: Only operators may see this.');
    await user.click(within(alert).getByRole('button', { name: 'Try again' }));
    await form();
  });
});

/** Whether the browser would ask before it closes the tab. */
function asksAtTheEnd(): boolean {
  return !window.dispatchEvent(new Event('beforeunload', { cancelable: true }));
}

describe('edits that are not saved', () => {
  const question = () => screen.findByRole('group', { name: 'Leave without saving?' });

  test('hold back whoever goes to another page, until they say so', async () => {
    const { api, user, view } = open();
    await form();
    await user.type(field('Daily cap'), '3');
    const delivery = screen.getByRole('link', { name: 'Delivery' });
    await user.click(delivery);
    const asked = await question();
    expect(asked).toHaveTextContent('1 unsaved change would be lost.');
    expect(within(asked).getByRole('button', { name: 'Stay here' })).toHaveFocus();
    await noViolations(view.container);
    await user.click(within(asked).getByRole('button', { name: 'Stay here' }));
    expect(screen.queryByRole('group', { name: 'Leave without saving?' })).toBeNull();
    expect(delivery).toHaveFocus();
    expect(window.location.pathname).toBe('/surveys');
    expect(field('Daily cap')).toHaveValue('3');

    await user.click(delivery);
    await user.click(within(await question()).getByRole('button', { name: 'Leave without saving' }));
    expect(await screen.findByRole('heading', { name: 'Delivery overview' })).toBeVisible();
    expect(api.settingsPut).toEqual([]);
    expect(asksAtTheEnd()).toBe(false);
  });

  test('hold back whoever goes back in the history', async () => {
    const { user } = openApp('/?team=team-acme');
    await user.click(await screen.findByRole('link', { name: 'Survey settings' }));
    await form();
    await user.type(field('Daily cap'), '3');
    window.history.back();
    const asked = await question();
    expect(window.location.pathname).toBe('/surveys');
    expect(field('Daily cap')).toHaveValue('3');
    await user.click(within(asked).getByRole('button', { name: 'Leave without saving' }));
    expect(await screen.findByRole('heading', { name: 'Delivery overview' })).toBeVisible();
    expect(window.location.pathname).toBe('/');
  });

  test('are what the browser asks about before it closes the tab, and nothing else is', async () => {
    const { user } = open();
    await form();
    expect(asksAtTheEnd()).toBe(false);
    await user.type(field('Daily cap'), '3');
    expect(asksAtTheEnd()).toBe(true);
    await user.click(save());
    await said('Saved');
    expect(asksAtTheEnd()).toBe(false);
    await user.click(screen.getByRole('link', { name: 'Delivery' }));
    expect(await screen.findByRole('heading', { name: 'Delivery overview' })).toBeVisible();
  });
});

describe('the leaderboard', () => {
  test('without a channel says that it is not posted, before and after it is saved', async () => {
    const { api, user } = open();
    await form();
    const leaderboard = screen.getByRole('region', { name: 'Leaderboard' });
    await user.clear(field('Channel id'));
    expect(field('Channel id')).toHaveAccessibleDescription(
      /Without a channel the leaderboard is not posted/,
    );
    // What is saved is still posted.
    expect(leaderboard).toHaveTextContent('Next leaderboard, as savedin 20 hours');
    expect(leaderboard).toHaveTextContent('In channelC0123ABCD');
    await user.click(save());
    await said('Saved');
    expect(api.settingsPut.map((body) => body.leaderboard_channel)).toEqual([null]);
    expect(leaderboard).toHaveTextContent('It is not posted: no channel is named.');
    expect(leaderboard).not.toHaveTextContent('Next leaderboard');
    await user.type(field('Channel id'), 'C01');
    expect(leaderboard).toHaveTextContent('It is not posted: no channel is saved yet.');
  });
});
