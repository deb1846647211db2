import { describe, expect, test } from 'vitest';
import {
  parseSelection,
  presetOf,
  presetRange,
  questionOf,
  rangeProblem,
  selectionSearch,
  withDefaultRange,
} from './selection.ts';

const NOW = Date.parse('2026-11-22T23:30:00Z');

describe('the address', () => {
  test('says what is shown, and is read back', () => {
    const search = '?team=t1&from=2026-08-25&to=2026-11-22&repository=acme%2Fweb&author=ada&by=answer';
    const selection = parseSelection(search);
    expect(selection).toEqual({
      team: 't1',
      from: '2026-08-25',
      to: '2026-11-22',
      group: null,
      repository: 'acme/web',
      author: 'ada',
      by: 'answer',
    });
    expect(selectionSearch(selection)).toBe(search);
  });

  test('with a basis that there is not means the usual one', () => {
    expect(parseSelection('?by=guess').by).toBeNull();
  });

  test('without dates means the last 90 days, today included, by the team’s clock', () => {
    const open = parseSelection('?team=t1');
    expect(withDefaultRange(open, 'Europe/Berlin', NOW)).toMatchObject({
      from: '2026-08-26',
      to: '2026-11-23',
    });
    expect(withDefaultRange(open, 'America/New_York', NOW)).toMatchObject({
      from: '2026-08-25',
      to: '2026-11-22',
    });
  });

  test('with only a last day means the 90 days up to it', () => {
    const selection = withDefaultRange(parseSelection('?to=2026-03-31'), 'UTC', NOW);
    expect(selection).toMatchObject({ from: '2026-01-01', to: '2026-03-31' });
  });

  test('an emptied date is a mistake to show, not a reason for the default', () => {
    const selection = withDefaultRange(parseSelection('?from=&to=2026-03-31'), 'UTC', NOW);
    expect(selection.from).toBe('');
    expect(questionOf(selection)).toBeNull();
  });
});

test.each([
  ['', '2026-11-22', 'from', 'first day'],
  ['2026-02-30', '2026-11-22', 'from', 'first day'],
  ['2026-08-25', 'tomorrow', 'to', 'last day'],
  ['2026-11-22', '2026-08-25', 'to', 'before the first'],
  ['2020-01-01', '2026-11-22', 'from', 'longer than 2 years'],
])('%s to %s is no range', (from, to, field, words) => {
  const problem = rangeProblem(from, to);
  expect(problem?.field).toBe(field);
  expect(problem?.message).toContain(words);
});

test('a single day and two whole years are ranges', () => {
  expect(rangeProblem('2026-11-22', '2026-11-22')).toBeNull();
  expect(rangeProblem('2024-01-01', '2025-12-31')).toBeNull();
});

test('a range that is a preset is shown as one', () => {
  const range = presetRange(180, 'UTC', NOW);
  expect(presetOf(range.from, range.to, 'UTC', NOW)).toBe(180);
  expect(presetOf(range.from, '2026-11-20', 'UTC', NOW)).toBeNull();
});
