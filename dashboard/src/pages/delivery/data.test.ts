import { describe, expect, test } from 'vitest';
import { deliveryOf, merges } from '../../test/sample-data.ts';
import { describeCycle, describeThroughput, loadBars, phaseShares, sizeBars, weekPoints } from './data.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const asked = { from: '2026-08-26', to: '2026-11-22', group: null, repository: null, author: null };
const delivery = deliveryOf(merges('2026-11-22'), asked, null, NOW);
const quiet = deliveryOf([], asked, null, NOW);

describe('weeks', () => {
  const points = weekPoints(delivery);

  test('those cut by the range are marked and show the days that count', () => {
    expect(points[0]).toMatchObject({ week: '2026-08-24', partial: true, span: '26 Aug – 30 Aug 2026' });
    expect(points[1]).toMatchObject({ week: '2026-08-31', partial: false, label: '31 Aug' });
    expect(points.at(-1)).toMatchObject({ week: '2026-11-16', partial: false });
  });

  test('a week of one day says that day', () => {
    const [point] = weekPoints({ ...delivery, from: '2026-08-30', weekly: delivery.weekly.slice(0, 1) });
    expect(point?.span).toBe('30 Aug 2026');
  });

  test('keep every merge', () => {
    expect(points.reduce((sum, point) => sum + point.merged, 0)).toBe(delivery.throughput.merged);
  });

  test('without merges have no durations', () => {
    expect(weekPoints(quiet)[0]).toMatchObject({ merged: 0, cycleMedian: null, phases: { pickup: null } });
  });

  test('are described in a sentence', () => {
    expect(describeCycle(points)).toMatch(
      /^13 weeks\. The median cycle time was lowest in the week of \d+ \w+ \(/,
    );
    expect(describeThroughput(points)).toContain(
      `${delivery.throughput.merged} merged pull requests in 13 weeks`,
    );
    expect(describeCycle(weekPoints(quiet))).toBe('13 weeks, none with a merged pull request.');
    expect(describeThroughput([])).toBe('No weeks.');
  });
});

describe('phases', () => {
  test('shares add up to the whole', () => {
    const total = phaseShares(delivery).reduce((sum, phase) => sum + (phase.share ?? 0), 0);
    expect(total).toBeCloseTo(1);
  });

  test('without reviews there is no share', () => {
    expect(phaseShares(quiet).map((phase) => phase.share)).toEqual([null, null, null]);
  });
});

test('sizes are shares of all', () => {
  const bars = sizeBars({ ...delivery.size, xs: 1, s: 2, m: 4, l: 1, xl: 0, n: 8 });
  expect(bars.map((bar) => [bar.label, bar.count, bar.share])).toEqual([
    ['XS', 1, 0.125],
    ['S', 2, 0.25],
    ['M', 4, 0.5],
    ['L', 1, 0.125],
    ['XL', 0, 0],
  ]);
  expect(sizeBars(quiet.size).every((bar) => bar.share === 0)).toBe(true);
});

describe('review load', () => {
  const load = (shares: number[], warning: string | null) => ({
    ...delivery.review_load,
    reviews: 100,
    warning,
    reviewers: shares.map((share, index) => ({
      id: `github:${index}`,
      login: `p${index}`,
      reviews: Math.round(share * 100),
      share,
    })),
  });

  test('the busiest come first and the rest is summed up', () => {
    const { bars, others } = loadBars(load([0.4, 0.3, 0.2, 0.1], null), 2);
    expect(bars.map((bar) => bar.login)).toEqual(['p0', 'p1']);
    expect(others).toBe('2 other people did 30 reviews');
  });

  test('reviews of people who are not shown are counted', () => {
    expect(loadBars(load([0.25], null), 2).others).toBe(
      '75 reviews by people whose single numbers your role does not show',
    );
    expect(loadBars(load([0.4, 0.2, 0.1, 0.1], null), 2).others).toBe(
      '2 other people did 20 reviews; 20 reviews by people whose single numbers your role does not show',
    );
  });

  test('a single person more is named rather than summed up', () => {
    expect(loadBars(load([0.5, 0.3, 0.2], null), 2)).toMatchObject({ others: null, bars: { length: 3 } });
  });

  test('the person the warning is about stands out, and nobody does without a warning', () => {
    expect(loadBars(load([0.6, 0.4], 'p0 did 60 %'), 5).bars.map((bar) => bar.over)).toEqual([true, false]);
    expect(loadBars(load([1], null), 5).bars.map((bar) => bar.over)).toEqual([false]);
  });
});
