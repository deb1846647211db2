import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import type { Ai, Proportion } from './api/client.ts';
import type { FakeApi } from './test/fake-api.ts';
import type { Scenario } from './test/sync-sample.ts';
import { aroundEachTest, noViolations, openApp, refuse } from './test/open-app.tsx';

aroundEachTest();

const PATH = '/api/teams/team-acme/metrics/ai';
const RANGE = 'from=2026-08-25&to=2026-11-22';

function open(search = '?team=team-acme', scenario: Scenario = 'normal') {
  return openApp(`/ai${search}`, scenario);
}

const region = (name: string) => screen.findByRole('region', { name });
const row = (table: HTMLElement, name: RegExp) =>
  within(within(table).getByRole('row', { name }))
    .getAllByRole('cell')
    .map((cell) => cell.textContent.replaceAll('\u00a0', ' '));
const asked = (api: FakeApi) => api.calls.filter((call) => call.includes('/metrics/ai'));

const definition = 'What is measured.';
const SHARES: Ai['assisted_share'] = {
  by_answer: {
    count: 60,
    n: 187,
    share: 60 / 187,
    low: 0.258,
    high: 0.391,
    definition: 'By the authors.',
    exclusions: [
      { reason: 'bot_author', count: 41, description: 'Written by a bot.' },
      { reason: 'unanswered', count: 137, description: 'Their authors have not answered.' },
    ],
  },
  by_detection: { count: 58, n: 324, share: 58 / 324, low: 0.141, high: 0.224, definition, exclusions: [] },
  combined: { count: 96, n: 324, share: 96 / 324, low: 0.249, high: 0.348, definition, exclusions: [] },
};
const NOTHING: Proportion = {
  count: 0,
  n: 0,
  share: null,
  low: null,
  high: null,
  definition,
  exclusions: [],
};

describe('AI impact', () => {
  test('says how much is AI-assisted, by each way to tell, and what that covers', async () => {
    const { api, user, view } = open();
    api.ai = (usual) => ({ ...usual, assisted_share: SHARES });
    expect(await region('AI-assisted')).toHaveTextContent(
      '30%by answer, else detection96 of 32495% interval 25% – 35%covers 100% of mergedn = 324',
    );
    expect(await region('AI by detection')).toHaveTextContent(
      '18%as traces of tools show58 of 32495% interval 14% – 22%covers 100% of mergedn = 324',
    );
    const byAnswer = await region('AI by answer');
    expect(byAnswer).toHaveTextContent(
      '32%as their authors say60 of 18795% interval 26% – 39%covers 58% of mergedn = 187',
    );
    await user.click(within(byAnswer).getByRole('button', { name: 'About AI by answer' }));
    const about = within(byAnswer).getByRole('group', { name: 'About AI by answer' });
    expect(about).toHaveTextContent('By the authors.n = 187 pull requests measured');
    expect(about).toHaveTextContent('137Their authors have not answered.41Written by a bot.');
    expect(about).toHaveTextContent('Data as of 12 minutes ago (22 Nov 2026, 12:48 CET)');
    expect(screen.getByText(/^25 Aug – 22 Nov 2026/)).toHaveTextContent(
      '90 days · Europe/Berlin · data as of',
    );
    await noViolations(view.container);
  });

  test('says how well reviewers guess and how good the detector is', async () => {
    open();
    expect(await region('Right guesses')).toHaveTextContent(
      '71%reviewers’ detection rate187 of 26495% interval 65% – 76%',
    );
    expect(await region('Detector precision')).toHaveTextContent(
      '100%from 29 control answers13 of 1395% interval 77% – 100%n = 13',
    );
    expect(await region('Detector recall')).toHaveTextContent(
      '76%from 29 control answers13 of 1795% interval 53% – 90%n = 17',
    );
  });

  test('says so where there is not enough to tell', async () => {
    const { api } = open();
    const few: Proportion = { ...NOTHING, count: 3, n: 4, share: 0.75, low: 0.3, high: 0.954 };
    api.ai = (usual) => ({
      ...usual,
      surveys: { ...usual.surveys, surveys: 0, not_asked: {} },
      detection_rate: NOTHING,
      detector: { labels: 1, precision: few, recall: NOTHING },
      assisted_share: { ...SHARES, by_answer: NOTHING },
    });
    const precision = await region('Detector precision');
    expect(precision).toHaveTextContent(
      'Not enough datafrom 1 control answer3 of 495% interval 30% – 95%n = 4',
    );
    expect(precision).not.toHaveTextContent('75%');
    expect(await region('Detector recall')).toHaveTextContent(
      'Not enough datafrom 1 control answernone yet that says AI helpedn = 0',
    );
    expect(await region('Right guesses')).toHaveTextContent('Not enough data');
    expect(await region('Right guesses')).toHaveTextContent('no guess is resolved yet');
    expect(await region('How far the survey reached')).toHaveTextContent('Nobody was asked');
    expect(await region('Not surveyed')).toHaveTextContent('0 pull requestsNone that the survey knows of.');
    expect(await region('AI by answer')).toHaveTextContent('no data');
    expect(await region('AI by answer')).toHaveTextContent('covers 0% of merged');
  });

  test('shows the shares of each week as a chart and as a table', async () => {
    const { api, user, view } = open('?team=team-acme&from=2026-11-10&to=2026-11-22');
    api.ai = (usual) => ({
      ...usual,
      weekly: [
        { week: '2026-11-09', merged: 20, answered: 8, by_answer: 2, by_detection: 3, combined: 4 },
        { week: '2026-11-16', merged: 10, answered: 0, by_answer: 0, by_detection: 1, combined: 1 },
      ],
    });
    const card = await region('AI-assisted share by week');
    expect(
      within(card).getByRole('img', {
        name:
          'Share of AI-assisted pull requests, by week of merge 2 weeks. By answer and detection combined, the ' +
          'AI-assisted share was lowest in the week of 16 Nov (10%) and highest in the week of 9 Nov (20%).',
      }),
    ).toBeVisible();
    await user.click(within(card).getByRole('button', { name: 'Table: AI-assisted share by week' }));
    const table = within(card).getByRole('table');
    expect(
      within(table)
        .getAllByRole('columnheader')
        .map((header) => header.textContent),
    ).toEqual(['Week', 'Merged', 'Answered', 'By answer', 'By detection', 'Combined']);
    expect(row(table, /^10 Nov – 15 Nov 2026 ?\(cut\)/)).toEqual([
      '20',
      '8',
      '25% (2)',
      '15% (3)',
      '20% (4)',
    ]);
    expect(row(table, /^16 Nov – 22 Nov 2026/)).toEqual(['10', '0', '–no data', '10% (1)', '10% (1)']);
    await noViolations(view.container);
  });

  test('shows the tools that were detected, or that none was', async () => {
    const { api, user } = open();
    const tools = await screen.findByRole('list', { name: 'Pull requests by tool' });
    expect(
      within(tools)
        .getAllByRole('listitem')
        .map((item) => item.textContent),
    ).toEqual([
      expect.stringMatching(/^GitHub Copilot9\.\d%31$/),
      expect.stringMatching(/^Cursor5\.\d%18$/),
      expect.stringMatching(/^Aider2\.\d%9$/),
      expect.stringMatching(/^Windsurf0\.\d%2$/),
    ]);
    api.ai = (usual) => ({ ...usual, tools: [] });
    await user.click(screen.getByRole('button', { name: 'Last 30 days' }));
    expect(await screen.findByText('No tool shows in the pull requests of this range.')).toBeVisible();
  });

  test('says how far the survey reached, and why others were not surveyed', async () => {
    const { user } = open();
    const reach = await region('How far the survey reached');
    const table = within(reach).getByRole('table');
    expect(row(table, /^Authors: was AI used/)).toEqual(['226', '179', '79%']);
    expect(row(table, /^Reviewers: their guess/)).toEqual(['372', '295', '79%']);
    expect(row(table, /^Reviewers: the quality/)).toEqual(['372', '333', '90%']);
    for (const words of ['Asked598', 'Unreachable14', 'Opted out9', 'Over the daily cap22', 'Unknown1'])
      expect(reach).toHaveTextContent(words);

    const left = await region('Not surveyed');
    expect(left).toHaveTextContent('91 pull requests');
    expect(
      within(left)
        .getAllByRole('listitem')
        .slice(-5)
        .map((item) => item.textContent),
    ).toEqual([
      'Written by a bot41',
      'Not drawn for the sample33',
      'Heard of more than seven days after the merge12',
      'Nobody to ask: no person wrote or reviewed it3',
      'Vendor moved away2',
    ]);
    expect(left).not.toHaveTextContent('the filters do not narrow these');
    await user.selectOptions(screen.getByLabelText('Group'), 'web');
    expect(await screen.findByText('Of the whole team: the filters do not narrow these.')).toBeVisible();
  });
});

describe('the comparison', () => {
  const comparison = async () =>
    within(await region('AI-assisted against other pull requests')).findByRole('table');

  test('shows both groups, the difference and how sure it is', async () => {
    open();
    const table = await comparison();
    expect(
      within(table)
        .getAllByRole('columnheader')
        .map((header) => header.textContent),
    ).toEqual(['Metric', 'AI-assisted', 'Others', 'AI-assisted minus others']);
    expect(row(table, /^Cycle time/)).toEqual([
      '9 h 12 min(7 h 48 min – 10 h 36 min)n = 96 pull requests',
      '14 h 30 min(12 h 54 min – 16 h 24 min)n = 214 pull requests',
      'Faster−5 h 18 min(−7 h 36 min to −3 h 6 min)',
    ]);
    expect(row(table, /^Size/)[2]).toBe('Larger+47(+18 to +73)');
    expect(row(table, /^Review rounds/)[2]).toBe('No clear difference+0.05(−0.09 to +0.19)');
    expect(row(table, /^Quality/)).toEqual([
      '2.31(2.19 – 2.43)n = 102 ratings',
      '2.37(2.29 – 2.45)n = 231 ratings',
      'No clear difference−0.06(−0.20 to +0.08)',
    ]);
    expect(row(table, /^Reverts, hotfixes/)[2]).toBe('No clear difference+0.9 points(−3.4 to +7.2 points)');
  });

  test('is asked for anew when something else tells the groups apart, and the address says so', async () => {
    const { api, user } = open(`?team=team-acme&${RANGE}`);
    await comparison();
    expect(asked(api)).toEqual([`GET ${PATH}?${RANGE}&by=combined`]);
    expect(screen.getByRole('button', { name: 'Combined' })).toHaveAttribute('aria-pressed', 'true');

    await user.click(screen.getByRole('button', { name: 'Detection' }));
    expect(await screen.findByText(/^AI-assisted are those in which detection finds AI/)).toBeVisible();
    expect(asked(api)).toEqual([`GET ${PATH}?${RANGE}&by=combined`, `GET ${PATH}?${RANGE}&by=detection`]);
    expect(window.location.search).toBe(`?team=team-acme&${RANGE}&by=detection`);
    expect(screen.getByRole('button', { name: 'Detection' })).toHaveAttribute('aria-pressed', 'true');
    expect(row(await comparison(), /^Quality/)).toEqual([
      '2.50(1.98 – 3.02)n = 6 ratings',
      '2.36(2.29 – 2.43)n = 327 ratings',
      'Not enough dataIt takes 10 ratings in each group: only 6 AI-assisted so far.',
    ]);

    await user.click(screen.getByRole('button', { name: 'Combined' }));
    expect(window.location.search).toBe(`?team=team-acme&${RANGE}`);
    act(() => {
      window.history.replaceState(null, '', `/ai?team=team-acme&${RANGE}&by=answer`);
      window.dispatchEvent(new PopStateEvent('popstate'));
    });
    expect(await screen.findByText(/Those without an answer are in neither group/)).toBeVisible();
    expect(asked(api).at(-1)).toBe(`GET ${PATH}?${RANGE}&by=answer`);
  });

  test('says of every metric what it means and what its groups leave out', async () => {
    const { api, user } = open(`?team=team-acme&${RANGE}&by=answer`);
    api.ai = (usual) => ({ ...usual, assisted_share: SHARES });
    const table = await comparison();
    for (const name of ['Cycle time', 'Size', 'Review rounds', 'Quality', 'Reverts, hotfixes'])
      expect(within(table).getByRole('button', { name: `About ${name}` })).toBeVisible();
    await user.click(within(table).getByRole('button', { name: 'About Quality' }));
    const about = within(table).getByRole('group', { name: 'About Quality' });
    expect(about).toHaveTextContent('Mean of the reviewers’ ratings in the survey');
    expect(about).toHaveTextContent('n = 209 ratings measured');
    expect(about).toHaveTextContent('137Their authors have not answered.');
    await user.keyboard('{Escape}');
    expect(about).not.toBeVisible();
    expect(within(table).getByRole('button', { name: 'About Quality' })).toHaveFocus();
  });
});

describe('the address', () => {
  test('takes range and filters along from the delivery overview and back', async () => {
    const { api, user } = openApp(`/?team=team-acme&${RANGE}&repository=acme%2Fcheckout`);
    await region('Cycle time');
    await user.click(screen.getByRole('link', { name: 'AI impact' }));
    expect(await screen.findByRole('heading', { level: 1, name: 'AI impact' })).toBeVisible();
    await region('AI-assisted');
    expect(window.location.pathname).toBe('/ai');
    expect(asked(api)).toEqual([`GET ${PATH}?${RANGE}&repository=acme%2Fcheckout&by=combined`]);
    expect(screen.getByLabelText('Repository')).toHaveValue('acme/checkout');
    expect(document.title).toBe('AI impact · Acme · Plumbline');

    await user.click(screen.getByRole('button', { name: 'Answer' }));
    await user.click(screen.getByRole('link', { name: 'Delivery' }));
    await region('Cycle time');
    expect(window.location.search).toBe(`?team=team-acme&${RANGE}&repository=acme%2Fcheckout&by=answer`);
    expect(screen.getByRole('link', { name: 'Connections' })).toHaveAttribute(
      'href',
      '/connections?team=team-acme',
    );
  });

  test('with dates that are no range is explained and not asked for', async () => {
    const { api } = open('?team=team-acme&from=2026-11-22&to=2026-11-01');
    expect(await screen.findByRole('alert')).toHaveTextContent('The last day is before the first day.');
    expect(asked(api)).toEqual([]);
  });
});

describe('without numbers', () => {
  test.each([
    ['no-connection', 'Nothing is connected yet'],
    ['never-synced', 'Connected, but not synced yet'],
    ['running', 'The first sync is under way'],
  ] satisfies [Scenario, string][])('%s: the page says what to do', async (scenario, title) => {
    const { view } = open('?team=team-acme', scenario);
    await region(title);
    expect(screen.queryByRole('region', { name: 'AI-assisted' })).toBeNull();
    await noViolations(view.container);
  });

  test('no merges in the range: it can be widened', async () => {
    const { user } = open('?team=team-acme&from=2020-01-01&to=2020-01-31');
    await region('No pull request was merged in this range');
    await user.click(screen.getByRole('button', { name: 'Show the last 365 days' }));
    await region('AI-assisted');
  });

  test('place-holders are shown while it loads, and a failure in the API’s words', async () => {
    const { api, user } = open(`?team=team-acme&${RANGE}`);
    expect(screen.getByRole('status', { name: 'Loading' })).toBeInTheDocument();
    refuse(api, PATH, 'Range', 'Not that one.', 400);
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('The metrics could not be loaded');
    expect(alert).toHaveTextContent('Range: Not that one.');
    await user.click(within(alert).getByRole('button', { name: 'Try again' }));
    await region('AI-assisted');
    await waitFor(() => {
      expect(screen.queryByRole('alert')).toBeNull();
    });
  });
});
