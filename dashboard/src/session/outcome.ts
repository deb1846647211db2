/**
 * What the API left behind for the page that a browser is sent to, in a cookie that is read once: words in an address
 * could be anybody's. Null when there is nothing, or nothing that the API could have left.
 */
export function outcomeIn(cookies: string, name: string): object | null {
  const pair = cookies.split('; ').find((candidate) => candidate.startsWith(`${name}=`));
  if (pair === undefined) return null;
  try {
    const coded = pair
      .slice(name.length + 1)
      .replaceAll('-', '+')
      .replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(coded), (character) => character.charCodeAt(0));
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

export function textIn(outcome: object, field: string): string | null {
  const value: unknown = Reflect.get(outcome, field);
  return typeof value === 'string' ? value : null;
}

/** It is shown once; a reload shows the page without it. */
export function forget(name: string): void {
  if (!document.cookie.split('; ').some((pair) => pair.startsWith(`${name}=`))) return;
  document.cookie = `${name}=; Path=/; Max-Age=0; Secure; SameSite=Strict`;
}

const SIGN_IN = '__Host-plumbline-sign-in-outcome';

/** Why a sign-in came to nothing. */
export function signInOutcome(cookies: string): string | null {
  const outcome = outcomeIn(cookies, SIGN_IN);
  return outcome === null ? null : textIn(outcome, 'words');
}

export function forgetSignInOutcome(): void {
  forget(SIGN_IN);
}
