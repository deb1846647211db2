import { describe, expect, test } from 'vitest';
import { SessionStore, storageOrNull, tokenFromFragment } from './session.ts';

describe('the token of an address', () => {
  test('is taken out of the fragment, and the rest stays', () => {
    const address = new URL('https://plumbline.example/?team=t&from=2026-08-25#token=a%2Fb');
    expect(tokenFromFragment(address)).toEqual({ token: 'a/b', rest: '/?team=t&from=2026-08-25' });
    expect(tokenFromFragment(new URL('https://plumbline.example/#top=1&token=x'))).toEqual({
      token: 'x',
      rest: '/#top=1',
    });
  });

  test('is not looked for elsewhere: a query is sent to servers and written to logs', () => {
    expect(tokenFromFragment(new URL('https://plumbline.example/?token=x'))).toBeNull();
    expect(tokenFromFragment(new URL('https://plumbline.example/#token='))).toBeNull();
  });
});

describe('a session', () => {
  test('outlives a reload of the tab and ends with signing out', () => {
    new SessionStore(window.sessionStorage).signIn('secret');
    const reloaded = new SessionStore(window.sessionStorage);
    expect(reloaded.current().token).toBe('secret');
    expect(window.localStorage).toHaveLength(0);
    reloaded.signOut('why');
    expect(reloaded.current()).toEqual({ token: null, isOut: true, notice: 'why' });
    expect(window.sessionStorage).toHaveLength(0);
  });

  test('works without storage', () => {
    const storage = storageOrNull(() => {
      throw new DOMException('storage is switched off', 'SecurityError');
    });
    const store = new SessionStore(storage);
    store.signIn('secret');
    expect(store.current().token).toBe('secret');
  });
});
