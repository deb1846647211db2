import { describe, expect, test } from 'vitest';
import { signInOutcome } from './outcome.ts';
import { returnTo, signInAddress } from './sign-in-address.ts';

describe('the way back from a sign-in', () => {
  test('is the page that one is on', () => {
    expect(returnTo({ pathname: '/audit', search: '?team=t1&from=2026-11-01' })).toBe(
      '/audit?team=t1&from=2026-11-01',
    );
  });

  test.each([
    ['another site’s in disguise', '//evil.example', ''],
    ['what the API would refuse', '/a\\b', ''],
    ['what is not written as addresses are', '/', '?q=ä'],
  ])('is the beginning in place of %s', (_, pathname, search) => {
    expect(returnTo({ pathname, search })).toBe('/');
  });

  test('is without its query where that is too long', () => {
    expect(returnTo({ pathname: '/audit', search: `?x=${'y'.repeat(1_000)}` })).toBe('/audit');
  });

  test('is a parameter of where signing in begins', () => {
    expect(signInAddress('okta', '/audit?team=t1&from=2026-11-01')).toBe(
      '/auth/sign-in/okta?return_to=%2Faudit%3Fteam%3Dt1%26from%3D2026-11-01',
    );
    expect(signInAddress('a/b', '/', true)).toBe('/auth/sign-in/a%2Fb?fresh=true&return_to=%2F');
  });
});

describe('what came of a sign-in', () => {
  const cookie = (value: string) => `a=1; __Host-plumbline-sign-in-outcome=${value}; b=2`;
  const coded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

  test('is read in the API’s own words', () => {
    expect(signInOutcome(cookie(coded({ words: 'Nobody agreed – “really”.' })))).toBe(
      'Nobody agreed – “really”.',
    );
  });

  test('is nothing where the API left nothing', () => {
    expect(signInOutcome('a=1')).toBeNull();
    expect(signInOutcome(cookie('%%%'))).toBeNull();
    expect(signInOutcome(cookie(coded('words')))).toBeNull();
    expect(signInOutcome(cookie(coded({ words: 7 })))).toBeNull();
    expect(signInOutcome(`__Host-plumbline-sign-in=${coded({ words: 'x' })}`)).toBeNull();
  });
});
