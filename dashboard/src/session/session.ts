import { useSyncExternalStore } from 'react';

const KEY = 'plumbline.token';

export interface Session {
  /** The operator's access token; null for whoever the browser's session cookie says, if anybody. */
  token: string | null;
  /** Nobody is in: the sign-in page is shown. */
  isOut: boolean;
  /** Why the sign-in form is shown again. */
  notice: string | null;
}

/**
 * Who is in, as far as this tab knows. The session cookie is the browser's, and no script reads it: only the API tells
 * whose it is. The access token is kept for this tab alone: sessionStorage ends with it. Where storage is
 * switched off it lives in memory until the page is reloaded.
 */
export class SessionStore {
  readonly #storage: Storage | null;
  readonly #listeners = new Set<() => void>();
  #session: Session;

  constructor(storage: Storage | null) {
    this.#storage = storage;
    this.#session = { token: storage?.getItem(KEY) ?? null, isOut: false, notice: null };
  }

  readonly current = (): Session => this.#session;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  signIn(token: string): void {
    this.#storage?.setItem(KEY, token);
    this.#set({ token, isOut: false, notice: null });
  }

  signOut(notice: string | null = null): void {
    this.#storage?.removeItem(KEY);
    this.#set({ token: null, isOut: true, notice });
  }

  #set(session: Session): void {
    this.#session = session;
    for (const listener of this.#listeners) listener();
  }
}

/** Reads a browser storage, which throws where the user has switched it off. */
export function storageOrNull(read: () => Storage): Storage | null {
  try {
    return read();
  } catch {
    return null;
  }
}

/**
 * The token of an address like `/?team=t#token=abc`, and the address without it. A fragment is never sent to a
 * server, and the caller replaces the address at once so that the token stays out of history and bookmarks.
 */
export function tokenFromFragment(address: URL): { token: string; rest: string } | null {
  const params = new URLSearchParams(address.hash.replace(/^#/, ''));
  const token = params.get('token')?.trim() ?? '';
  if (token === '') return null;
  params.delete('token');
  const fragment = params.toString();
  return { token, rest: address.pathname + address.search + (fragment === '' ? '' : `#${fragment}`) };
}

export function useSession(store: SessionStore): Session {
  return useSyncExternalStore(store.subscribe, store.current);
}
