import { describe, expect, test } from 'vitest';
import type { Connection } from '../../api/client.ts';
import { PROVIDERS } from '../../api/words.ts';
import { parseOutcome } from './outcome.ts';
import { bodyOf, fieldKey, fieldProblem, settingsWords, valuesOf, VENDORS } from './vendors.ts';

const connection: Connection = {
  provider: 'github',
  base_url: 'https://ghe.example.com',
  settings: {
    organization: 'acme',
    repositories: ['acme/a', 'acme/b', 'acme/c', 'acme/d'],
    history_days: 90,
  },
  connected_by: 'credentials',
  sync_at: '02:30',
  created_at: '2026-11-01T00:00:00.000Z',
  updated_at: '2026-11-01T00:00:00.000Z',
};

describe('what is entered', () => {
  test('becomes a whole connection: lists, numbers, and the time of the sync that was chosen before', () => {
    const { fields } = VENDORS.github;
    const values = valuesOf(fields, connection);
    expect(values.get('credentials.token')).toBeUndefined();
    values.set('credentials.token', ' ghp_new\n').set('settings.organization', ' ');
    expect(bodyOf(fields, values, connection)).toEqual({
      credentials: { token: 'ghp_new' },
      settings: { repositories: ['acme/a', 'acme/b', 'acme/c', 'acme/d'], history_days: 90 },
      base_url: 'https://ghe.example.com',
      sync_at: '02:30',
    });
    expect(bodyOf(fields, new Map(), undefined)).toEqual({ credentials: {}, settings: {} });
  });

  test('is refused before it is sent when a field is missing or no number', () => {
    const [token] = VENDORS.github.fields;
    const days = VENDORS.github.fields.find((field) => field.name === 'history_days');
    if (token === undefined || days === undefined) throw new Error('GitHub takes both');
    expect(fieldProblem(token, ' ')).toBe('Enter the token.');
    const [key] = VENDORS.atlassian.fields;
    if (key !== undefined) expect(fieldProblem(key, '')).toBe('Enter the API key.');
    expect(fieldProblem(days, '')).toBeNull();
    expect(fieldProblem(days, '-3')).toBe('Enter a number of days, for example 180.');
    expect(fieldProblem(days, '90')).toBeNull();
  });

  test('has a place of its own for every vendor, and a secret', () => {
    for (const provider of PROVIDERS) {
      const { fields } = VENDORS[provider];
      expect(new Set(fields.map(fieldKey)).size, provider).toBe(fields.length);
      expect(
        fields.some((field) => field.where === 'credentials' && field.kind === 'secret'),
        provider,
      ).toBe(true);
    }
  });
});

test('what is read is told in words', () => {
  expect(settingsWords(connection)).toEqual([
    'organisation acme',
    'repositories acme/a, acme/b, acme/c and 1 more',
    'at https://ghe.example.com',
    '90 days back',
  ]);
  const trello: Connection = {
    ...connection,
    provider: 'trello',
    base_url: null,
    settings: { history_days: 180 },
  };
  expect(settingsWords(trello)).toEqual(['all that the credentials see']);
});

test('what happens at the vendor depends on how it was connected', () => {
  expect(VENDORS.github.leaving('installation')).toContain('The App stays installed');
  expect(VENDORS.github.leaving('credentials')).toContain('stays valid until its owner revokes it');
  expect(VENDORS.jira.leaving('consent')).toContain('Connected apps');
});

describe('the outcome of a consent', () => {
  const cookie = (value: unknown) => {
    const bytes = new TextEncoder().encode(JSON.stringify(value));
    const coded = btoa(String.fromCharCode(...bytes));
    const url = coded.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
    return `a=1; __Host-plumbline-consent-outcome=${url}; b=2`;
  };

  test('is read from the cookie that only our host can set', () => {
    const refused = { provider: 'jira', connected: false, words: 'Jira was not connected – nobody agreed.' };
    expect(parseOutcome(cookie(refused))).toEqual(refused);
    expect(parseOutcome('a=1')).toBeNull();
  });

  test('is nothing where it cannot be read, and no vendor where it is unknown', () => {
    expect(parseOutcome('__Host-plumbline-consent-outcome=%%%')).toBeNull();
    expect(parseOutcome(cookie('text'))).toBeNull();
    const odd = { provider: 'toString', connected: 'yes', words: 7 };
    expect(parseOutcome(cookie(odd))).toEqual({ provider: null, connected: false, words: null });
  });
});
