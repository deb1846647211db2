import type { Provider } from '../../api/client.ts';
import { isProvider } from '../../api/words.ts';
import { forget, outcomeIn, textIn } from '../../session/outcome.ts';

/** What came of a consent at a vendor's page. */
export interface Outcome {
  /** Null when the answer belonged to nothing that this browser began. */
  provider: Provider | null;
  connected: boolean;
  /** Why not, or what else there is to know. */
  words: string | null;
}

const COOKIE = '__Host-plumbline-consent-outcome';

/** Reads what the API's callback left for this page. */
export function parseOutcome(cookies: string): Outcome | null {
  const outcome = outcomeIn(cookies, COOKIE);
  if (outcome === null) return null;
  const provider = textIn(outcome, 'provider');
  return {
    provider: provider !== null && isProvider(provider) ? provider : null,
    connected: Reflect.get(outcome, 'connected') === true,
    words: textIn(outcome, 'words'),
  };
}

export function forgetOutcome(): void {
  forget(COOKIE);
}
