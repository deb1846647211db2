import { isProvider } from '../../api/words.ts';
import type { Provider } from '../../api/client.ts';

/** What came of a consent at a vendor's page. */
export interface Outcome {
  /** Null when the answer belonged to nothing that this browser began. */
  provider: Provider | null;
  connected: boolean;
  /** Why not, or what else there is to know. */
  words: string | null;
}

const COOKIE = '__Host-plumbline-consent-outcome';

/** Reads what the API's callback left for this page; null when there is nothing, or nothing that it could have left. */
export function parseOutcome(cookies: string): Outcome | null {
  const pair = cookies.split('; ').find((candidate) => candidate.startsWith(`${COOKIE}=`));
  if (pair === undefined) return null;
  let value: unknown;
  try {
    const coded = pair
      .slice(COOKIE.length + 1)
      .replaceAll('-', '+')
      .replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(coded), (character) => character.charCodeAt(0));
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const provider: unknown = Reflect.get(value, 'provider');
  const words: unknown = Reflect.get(value, 'words');
  return {
    provider: typeof provider === 'string' && isProvider(provider) ? provider : null,
    connected: Reflect.get(value, 'connected') === true,
    words: typeof words === 'string' ? words : null,
  };
}

/** It is shown once; a reload shows the page without it. */
export function forgetOutcome(): void {
  if (!document.cookie.includes(COOKIE)) return;
  document.cookie = `${COOKIE}=; Path=/; Max-Age=0; Secure; SameSite=Strict`;
}
