import { describe, expect, test } from 'vitest';
import type { SurveySettings } from '../../api/client.ts';
import { bodyOf, changed, problemOf, valuesOf, type Name, type Values } from './settings.ts';

const settings: SurveySettings = {
  surveys: true,
  reveals: false,
  sampling_rate: 0.07,
  control_rate: 0.125,
  daily_cap: 4,
  leaderboard_weekday: 'friday',
  leaderboard_at: '16:30',
  leaderboard_channel: 'C0123ABCD',
};
const values = valuesOf(settings);

describe('settings', () => {
  test('are edited as percents and texts', () => {
    expect(values).toEqual({
      surveys: true,
      reveals: false,
      samplingRate: '7',
      controlRate: '12.5',
      dailyCap: '4',
      weekday: 'friday',
      time: '16:30',
      channel: 'C0123ABCD',
    });
  });

  test('come back as they were', () => {
    expect(bodyOf(values)).toEqual(settings);
    const bare = { ...settings, sampling_rate: 0.29, daily_cap: null, leaderboard_channel: null };
    expect(bodyOf(valuesOf(bare))).toEqual(bare);
    for (let percent = 0; percent <= 100; percent += 1) {
      const rate = percent / 100;
      expect(valuesOf({ ...settings, sampling_rate: rate }).samplingRate).toBe(String(percent));
      expect(bodyOf(valuesOf({ ...settings, sampling_rate: rate })).sampling_rate).toBe(rate);
    }
  });

  test('take a decimal comma and spaces around', () => {
    const typed = { ...values, samplingRate: ' 12,5 ', channel: ' G01 ', dailyCap: ' 3 ' };
    expect(bodyOf(typed)).toMatchObject({
      sampling_rate: 0.125,
      leaderboard_channel: 'G01',
      daily_cap: 3,
    });
  });
});

describe('changes', () => {
  test('are told in the order of the form', () => {
    const edited = { ...values, channel: 'C9XYZ', surveys: false, controlRate: '12' };
    expect(changed(edited, values)).toEqual(['surveys', 'controlRate', 'channel']);
  });

  test('are of what is meant, not of how it is written', () => {
    expect(changed({ ...values, samplingRate: '7.0', channel: ' C0123ABCD' }, values)).toEqual([]);
    expect(changed({ ...values, samplingRate: 'many' }, values)).toEqual(['samplingRate']);
  });
});

test.each([
  ['samplingRate', '101', 'from 0 (none) to 100 (all)'],
  ['samplingRate', '-1', 'from 0 (none) to 100 (all)'],
  ['samplingRate', '', 'from 0 (none) to 100 (all)'],
  ['controlRate', '10%', 'from 0 (none) to 100 (all)'],
  ['dailyCap', '0', 'a whole number from 1'],
  ['dailyCap', '2.5', 'a whole number from 1'],
  ['dailyCap', '4294967296', 'a whole number from 1'],
  ['time', '', 'Enter a time'],
  ['time', '24:00', 'Enter a time'],
  ['time', '9:00', 'Enter a time'],
  ['channel', '#engineering', 'not its name'],
  ['channel', 'c0123abcd', 'not its name'],
  ['channel', 'U0123ABCD', 'not its name'],
] satisfies [Name, string, string][])('%s "%s" is refused before it is sent', (name, text, words) => {
  expect(problemOf(name, { ...values, [name]: text })).toContain(words);
});

test.each([
  ['samplingRate', '0'],
  ['samplingRate', '100'],
  ['dailyCap', ''],
  ['dailyCap', '1'],
  ['time', '00:00'],
  ['time', '23:59'],
  ['channel', ''],
  ['channel', 'G01'],
] satisfies [Name, string][])('%s "%s" is good', (name, text) => {
  const typed: Values = { ...values, [name]: text };
  expect(problemOf(name, typed)).toBeNull();
});
