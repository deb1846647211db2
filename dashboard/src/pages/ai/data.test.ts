import { describe, expect, test } from 'vitest';
import type { Ai, Comparison } from '../../api/client.ts';
import { runs } from '../../charts/week-lines.tsx';
import { aiOf } from '../../test/ai-sample.ts';
import { describeShares, impactRows, notAsked, shareBy, sharePoints } from './data.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const asked = { from: '2026-08-26', to: '2026-11-22', group: null, repository: null, author: null };
const ai = aiOf({ ...asked, by: 'combined' }, true, null, NOW);

const weekly: Ai['weekly'] = [
  { week: '2026-08-24', merged: 20, answered: 8, by_answer: 2, by_detection: 3, combined: 4 },
  { week: '2026-08-31', merged: 10, answered: 0, by_answer: 0, by_detection: 1, combined: 1 },
  { week: '2026-09-07', merged: 0, answered: 0, by_answer: 0, by_detection: 0, combined: 0 },
  { week: '2026-09-14', merged: 8, answered: 8, by_answer: 4, by_detection: 0, combined: 4 },
];

describe('weeks', () => {
  const points = sharePoints({ from: '2026-08-26', to: '2026-09-20', weekly });

  test('have a share of those who answered and of all that were merged, or none', () => {
    expect(points.map((point) => point.shares)).toEqual([
      { answer: 0.25, detection: 0.15, combined: 0.2 },
      { answer: null, detection: 0.1, combined: 0.1 },
      { answer: null, detection: null, combined: null },
      { answer: 0.5, detection: 0, combined: 0.5 },
    ]);
    expect(points[0]).toMatchObject({ partial: true, span: '26 Aug – 30 Aug 2026', label: '24 Aug' });
    expect(points[3]).toMatchObject({ partial: false, merged: 8, answered: 8 });
  });

  test('are described in words', () => {
    expect(describeShares(points)).toBe(
      '4 weeks. By answer and detection combined, the AI-assisted share was lowest in the week of 31 Aug (10%) ' +
        'and highest in the week of 14 Sep (50%).',
    );
    expect(describeShares(points.slice(1, 3))).toBe(
      '2 weeks. By answer and detection combined, the AI-assisted share was 10% throughout.',
    );
    expect(describeShares(points.slice(2, 3))).toBe('1 week, none with a merged pull request.');
  });

  test('without a value break the line', () => {
    expect(runs([0.1, 0.2, null, null, 0.3, null])).toEqual([
      [
        { index: 0, value: 0.1 },
        { index: 1, value: 0.2 },
      ],
      [{ index: 4, value: 0.3 }],
    ]);
    expect(runs([null, null])).toEqual([]);
  });
});

describe('comparisons', () => {
  const cycle = (comparison: Partial<Comparison>) => {
    const impact = { ...ai.impact, cycle_time: { ...ai.impact.cycle_time, ...comparison } };
    return impactRows({ ...ai, impact })[0];
  };

  test.each([
    [{ value: -60, low: -120, high: -30 }, 'Faster', true],
    [{ value: 60, low: 30, high: 120 }, 'Slower', true],
    [{ value: 60, low: -30, high: 120 }, 'No clear difference', false],
    [{ value: 60, low: 0, high: 120 }, 'No clear difference', false],
  ])('a difference of %j: %s', (difference, verdict, clear) => {
    expect(cycle({ difference })).toMatchObject({ verdict, clear, lack: null });
  });

  test('a difference has its unit and its interval', () => {
    const rows = impactRows(ai).map((row) => [row.name, row.difference?.words, row.difference?.interval]);
    expect(rows.map((row) => row.map((text) => text?.replaceAll('\u00a0', ' ')))).toEqual([
      ['Cycle time', '−5 h 18 min', '−7 h 36 min to −3 h 6 min'],
      ['Size', '+47', '+18 to +73'],
      ['Review rounds', '+0.05', '−0.09 to +0.19'],
      ['Quality', '−0.06', '−0.20 to +0.08'],
      ['Reverts, hotfixes', '+0.9 points', '−3.4 to +7.2 points'],
    ]);
  });

  test.each([
    [9, 12, 'It takes 10 pull requests in each group: only 9 AI-assisted so far.'],
    [10, 3, 'It takes 10 pull requests in each group: only 3 other so far.'],
    [0, 9, 'It takes 10 pull requests in each group: only 0 AI-assisted and 9 other so far.'],
  ])('with %d and %d there is not enough data, whatever the numbers say', (one, other, lack) => {
    const row = cycle({
      enough_data: false,
      assisted: { value: 1, low: null, high: null, n: one },
      not_assisted: { value: 9, low: null, high: null, n: other },
    });
    expect(row).toMatchObject({ verdict: 'Not enough data', clear: false, difference: null, lack });
  });

  test('enough data without an interval is no difference', () => {
    expect(cycle({ difference: null })).toMatchObject({
      verdict: 'No interval',
      clear: false,
      lack: 'The values are too few or too even for an interval.',
    });
  });

  test('leave out what their groups leave out', () => {
    const byAnswer = aiOf({ ...asked, by: 'answer' }, true, null, NOW);
    const [row] = impactRows(byAnswer);
    expect(row?.meta.exclusions).toBe(byAnswer.assisted_share.by_answer.exclusions);
    expect(row?.meta.n).toBe(61 + 118);
    expect(shareBy(byAnswer.assisted_share, 'detection')).toBe(byAnswer.assisted_share.by_detection);
  });
});

test('reasons without a survey are said in words, most pull requests first', () => {
  const surveys = { ...ai.surveys, not_asked: { too_late: 2, solar_flare: 2, bot_author: 7 } };
  expect(notAsked(surveys).map(({ words, count }) => [words, count])).toEqual([
    ['Written by a bot', 7],
    ['Heard of more than seven days after the merge', 2],
    ['Solar flare', 2],
  ]);
  expect(notAsked({ ...ai.surveys, not_asked: {} })).toEqual([]);
});
