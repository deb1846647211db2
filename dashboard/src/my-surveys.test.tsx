import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import type { FakeApi } from './test/fake-api.ts';
import { aroundEachTest, noViolations, openApp, refuseAs } from './test/open-app.tsx';

aroundEachTest();

const SURVEYS = '/api/teams/team-acme/surveys';
const REVIEWED = 'Retry payments that time out';
const WRITTEN = 'Show the delivery date in the cart';
const RATED = 'Round prices the way the invoice does';

function open(prepare: (api: FakeApi) => void = () => undefined) {
  return openApp('/my-surveys?team=team-acme', 'normal', 'developer', prepare);
}

const card = (title: string) => screen.findByRole('article', { name: title });
const question = (survey: HTMLElement, name: RegExp) => within(survey).getByRole('group', { name });
const choice = (survey: HTMLElement, name: RegExp, answer: string) =>
  within(question(survey, name)).getByRole('button', { name: answer });
const sent = (api: FakeApi) => api.bodies.map(({ call, body }) => [call, body]);

const QUALITY = /How good is it/;
const GUESS = /Your guess/;
const ASSISTED = /^Was it AI-assisted/;

describe('my surveys', () => {
  test('show what is open first, and what I am asked about each', async () => {
    const { view } = open();
    const open_ = await screen.findByRole('region', { name: 'To answer' });
    expect(open_).toHaveTextContent('3 pull requests with open questions.');
    expect(
      within(open_)
        .getAllByRole('article')
        .map((one) => within(one).getByRole('heading').textContent),
    ).toEqual([REVIEWED, WRITTEN, RATED]);
    const reviewed = await card(REVIEWED);
    expect(reviewed).toHaveTextContent(
      'acme/checkout #412 · you reviewed it · merged 2 hours ago · closes in 7 days',
    );
    expect(within(reviewed).getByRole('link', { name: REVIEWED })).toHaveAttribute(
      'href',
      'https://github.com/acme/checkout/pull/412',
    );
    const names = (survey: HTMLElement, name: RegExp) =>
      within(question(survey, name))
        .getAllByRole('button')
        .map((button) => button.textContent);
    expect(names(reviewed, QUALITY)).toEqual(['Could be better', 'OK', 'Super']);
    expect(names(reviewed, GUESS)).toEqual(['Yes', 'No']);
    expect(reviewed).toHaveTextContent('Your first answer is final.');
    const written = await card(WRITTEN);
    expect(names(written, ASSISTED)).toEqual(['Yes', 'No']);
    expect(within(written).getAllByRole('group')).toHaveLength(1);
    const rest = screen.getByRole('region', { name: 'Answered, or too late' });
    expect(within(rest).getAllByRole('article')).toHaveLength(2);
    await noViolations(view.container);
  });

  test('tell nothing of the truth before the API does', async () => {
    open();
    for (const title of [REVIEWED, WRITTEN, RATED]) {
      const survey = await card(title);
      expect(survey).not.toHaveTextContent(/It was (not )?AI-assisted|guessed (right|wrong)/);
    }
    expect(await card('Move the voucher check to the server')).toHaveTextContent(
      'You guessed right. It was not AI-assisted.',
    );
  });

  test('take each answer on its own, and then say what came of it', async () => {
    const { api, user, view } = open();
    const survey = await card(REVIEWED);
    await user.click(choice(survey, QUALITY, 'OK'));
    await waitFor(() => {
      expect(question(survey, QUALITY)).toHaveTextContent('You answered OK. That is final.');
    });
    expect(within(question(survey, QUALITY)).queryByRole('button')).toBeNull();
    expect(within(survey).getByText(/You answered/)).toHaveFocus();
    expect(survey).not.toHaveTextContent(/guessed (right|wrong)/);

    await user.click(choice(survey, GUESS, 'No'));
    await waitFor(() => {
      expect(survey).toHaveTextContent('You guessed wrong. It was AI-assisted.');
    });
    expect(sent(api)).toEqual([
      [`POST ${SURVEYS}`, { repository_id: 501, number: 412, quality: 2 }],
      [`POST ${SURVEYS}`, { repository_id: 501, number: 412, guess: false }],
    ]);
    // It stays where it is, so that what came of it is seen.
    expect(within(screen.getByRole('region', { name: 'To answer' })).getAllByRole('article')).toHaveLength(3);
    expect(screen.getByRole('region', { name: 'To answer' })).toHaveTextContent('2 pull requests with open');
    await noViolations(view.container);
  });

  test('with a guess of which nobody knows yet whether it is right say that it will show', async () => {
    const { api, user } = open();
    const survey = await card(RATED);
    expect(question(survey, QUALITY)).toHaveTextContent('You answered Super. That is final.');
    await user.click(choice(survey, GUESS, 'Yes'));
    await waitFor(() => {
      expect(survey).toHaveTextContent('Whether your guess is right shows here as soon as it is known');
    });
    expect(survey).not.toHaveTextContent(/It was (not )?AI-assisted/);
    expect(sent(api)).toEqual([[`POST ${SURVEYS}`, { repository_id: 501, number: 401, guess: true }]]);
  });

  test('ask an author once', async () => {
    const { api, user } = open();
    const survey = await card(WRITTEN);
    await user.click(choice(survey, ASSISTED, 'No'));
    await waitFor(() => {
      expect(survey).toHaveTextContent('You answered No. That is final.');
    });
    expect(sent(api)).toEqual([[`POST ${SURVEYS}`, { repository_id: 501, number: 409, assisted: false }]]);
  });

  test('that were answered in Slack meanwhile say so, and show how it stands', async () => {
    const { api, user } = open();
    const survey = await card(WRITTEN);
    for (const one of api.accounts.surveys) {
      if (one.survey.title === WRITTEN) one.survey = { ...one.survey, assisted: true, open: [] };
    }
    await user.click(choice(survey, ASSISTED, 'No'));
    expect(await within(survey).findByRole('alert')).toHaveTextContent(
      'You answered this before, and the first answer is final.',
    );
    await waitFor(() => {
      expect(question(survey, ASSISTED)).toHaveTextContent('You answered Yes. That is final.');
    });
  });

  test('that are refused leave the question open', async () => {
    const { api, user } = open();
    const survey = await card(REVIEWED);
    refuseAs(api, SURVEYS, 503, 'try-later', 'Others answer the same survey just now. Send it again.');
    await user.click(choice(survey, GUESS, 'Yes'));
    expect(await within(survey).findByRole('alert')).toHaveTextContent('Send it again.');
    await user.click(choice(survey, GUESS, 'Yes'));
    await waitFor(() => {
      expect(survey).toHaveTextContent('You guessed right. It was AI-assisted.');
    });
    expect(within(survey).queryByRole('alert')).toBeNull();
  });

  test('that expired say that it is too late', async () => {
    open((api) => {
      api.accounts.surveys = api.accounts.surveys.slice(0, 1).map((one) => ({
        ...one,
        survey: { ...one.survey, open: [], quality: 1, expires_at: '2026-11-22T11:59:00.000Z' },
      }));
    });
    const survey = await card(REVIEWED);
    expect(question(survey, GUESS)).toHaveTextContent('You did not answer in time.');
    expect(question(survey, QUALITY)).toHaveTextContent('You answered Could be better.');
    expect(survey).not.toHaveTextContent('closes');
    expect(screen.getByText('Nothing is open. Thank you!')).toBeVisible();
  });

  test('count my guesses', async () => {
    const { api, user } = open();
    const part = await screen.findByRole('region', { name: 'Your guesses' });
    expect(part).toHaveTextContent('71% right: 12 of 17 of which the truth is known');
    expect(part).toHaveTextContent('Ratings21, 2.38 of 3 on average');
    api.accounts.stats = { ...api.accounts.stats, accuracy: { correct: 13, resolved: 18 } };
    await user.click(choice(await card(REVIEWED), GUESS, 'Yes'));
    await waitFor(() => {
      expect(part).toHaveTextContent('right: 13 of 18');
    });
  });

  test('count nothing where there is nothing to count', async () => {
    open((api) => {
      api.accounts.stats = {
        ...api.accounts.stats,
        guesses: 0,
        rated: 0,
        mean_quality: null,
        accuracy: { correct: 0, resolved: 0 },
      };
      api.accounts.surveys = [];
    });
    expect(await screen.findByRole('region', { name: 'You are not asked anything' })).toBeVisible();
    expect(screen.getByRole('region', { name: 'Your guesses' })).toHaveTextContent(
      'You have not guessed yet.',
    );
  });
});

describe('taking part', () => {
  test('is one’s own decision', async () => {
    const { api, user, view } = open();
    const part = await screen.findByRole('region', { name: 'Taking part' });
    const ask = await within(part).findByRole('switch', { name: 'Ask me in surveys' });
    expect(ask).toBeChecked();
    await user.click(ask);
    await waitFor(() => {
      expect(ask).not.toBeChecked();
    });
    expect(part).toHaveTextContent('You opted out');
    expect(sent(api)).toEqual([['PATCH /api/teams/team-acme/members/me', { surveys: false }]]);
    await noViolations(view.container);

    const survey = await card(WRITTEN);
    await user.click(choice(survey, ASSISTED, 'Yes'));
    expect(await within(survey).findByRole('alert')).toHaveTextContent('You opted out of surveys.');
    await user.click(ask);
    await waitFor(() => {
      expect(ask).toBeChecked();
    });
  });

  test('is not possible for somebody whom the team’s vendors do not know, and that is said kindly', async () => {
    const { view } = open((api) => {
      api.accounts.membership = { member: null, surveys: null, joined_at: null };
    });
    const part = await screen.findByRole('region', {
      name: 'Plumbline does not know yet which of the team’s people you are',
    });
    await waitFor(() => {
      expect(part).toHaveTextContent('An admin can say which member you are.');
    });
    expect(part).toHaveTextContent('You are signed in as chioma@acme.example.');
    expect(screen.queryByRole('alert')).toBeNull();
    expect(screen.queryByRole('switch')).toBeNull();
    await noViolations(view.container);
  });
});
