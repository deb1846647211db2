import { describe, expect, test } from 'vitest';
import { durationTicks, exactSeconds, humanDuration } from './duration.ts';
import { absolute, addDays, dayIn, daysBetween, isDay, relative, shortDay } from './instant.ts';
import { count, countTicks, fileSize, percent, plural, points, rate, rating, signed } from './number.ts';

describe('durations', () => {
  test.each([
    [0, '0 s'],
    [44.6, '45 s'],
    [59.7, '1 min'],
    [720, '12 min'],
    [3_570, '1 h'],
    [12_000, '3 h 20 min'],
    [86_390, '1 d'],
    [100_800, '1 d 4 h'],
    [172_799, '2 d'],
    [2_592_000, '30 d'],
    [-3_600, '-1 h'],
  ])('%d seconds are %s', (seconds, words) => {
    expect(humanDuration(seconds)).toBe(words);
  });

  test('the exact value keeps what the words round away', () => {
    expect(exactSeconds(102_345.25)).toBe('102,345.25 seconds');
  });

  test('an axis ends at or above the highest value, in steps a reader knows', () => {
    expect(durationTicks(3 * 3600)).toEqual([0, 3600, 7200, 10800]);
    expect(durationTicks(90_000).map(humanDuration)).toEqual(['0 s', '12 h', '1 d', '1 d 12 h']);
    expect(durationTicks(0.2)).toEqual([0, 1]);
    const ticks = durationTicks(9e8);
    expect(ticks.at(-1)).toBeGreaterThanOrEqual(9e8);
    expect(ticks.length).toBeLessThan(7);
  });
});

describe('numbers', () => {
  test('shares, rates and counts', () => {
    expect([0, 0.004, 0.032, 0.57, 1].map(percent)).toEqual(['0%', '0.4%', '3.2%', '57%', '100%']);
    expect([0, 0.424, 3.66, 128.4].map(rate)).toEqual(['0', '0.42', '3.7', '128']);
    expect([count(1234), plural(1, 'review'), plural(1200, 'hotfix', 'hotfixes')]).toEqual([
      '1,234',
      '1 review',
      '1,200 hotfixes',
    ]);
  });

  test('of files, in the unit that says most', () => {
    expect([1, 812, 1_000, 1_449, 84_200, 999_600, 3_210_000_000].map(fileSize)).toEqual([
      '1 byte',
      '812 bytes',
      '1.0 kB',
      '1.4 kB',
      '84 kB',
      '1.0 MB',
      '3.2 GB',
    ]);
  });

  test.each([
    [0, [0, 1]],
    [4, [0, 1, 2, 3, 4]],
    [7, [0, 2, 4, 6, 8]],
    [63, [0, 20, 40, 60, 80]],
    [1000, [0, 500, 1000]],
  ])('the axis of %d', (max, ticks) => {
    expect(countTicks(max)).toEqual(ticks);
  });
});

test('a difference shows its sign, and 0 has none', () => {
  expect(signed(-18_900, humanDuration)).toBe('−5 h 15 min');
  expect(signed(0.072, points)).toBe('+7.2');
  expect(signed(-0.06, rating)).toBe('−0.06');
  expect(signed(0, count)).toBe('0');
});

describe('days and instants', () => {
  test('today is the team’s today', () => {
    const lateInNewYork = Date.parse('2026-11-22T23:30:00Z');
    expect(dayIn('Europe/Berlin', lateInNewYork)).toBe('2026-11-23');
    expect(dayIn('America/New_York', lateInNewYork)).toBe('2026-11-22');
    // A zone this browser does not know must not blank the page.
    expect(dayIn('Mars/Olympus', lateInNewYork)).toBe('2026-11-22');
  });

  test('days are counted over daylight saving and leap days', () => {
    expect(addDays('2026-03-28', 2)).toBe('2026-03-30');
    expect(addDays('2024-03-01', -1)).toBe('2024-02-29');
    expect(daysBetween('2026-08-25', '2026-11-22')).toBe(90);
    expect(shortDay('2026-09-07')).toBe('7 Sep');
  });

  test('only days that exist are days', () => {
    expect(['2026-02-28', '2026-02-29', '2026-13-01', '26-01-01', '', 'soon'].map(isDay)).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  test('how long ago', () => {
    const now = Date.parse('2026-11-22T12:00:00Z');
    expect(relative('2026-11-22T11:59:30Z', now)).toBe('just now');
    expect(relative('2026-11-22T11:48:00Z', now)).toBe('12 minutes ago');
    expect(relative('2026-11-22T15:00:00Z', now)).toBe('in 3 hours');
    expect(relative('2026-11-20T12:00:00Z', now)).toBe('2 days ago');
    expect(absolute('2026-11-22T12:00:00Z', 'Europe/Berlin')).toContain('22 Nov 2026, 13:00');
  });
});
