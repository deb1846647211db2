import { useSyncExternalStore } from 'react';

const KEY = 'plumbline.token';

export interface Session {
  /** The access token; null when signed out. */
  token: string | null;
  /** Why the sign-in form is shown again. */
  notice: string | null;
}

/**
 * The access token, kept for this tab alone: sessionStorage ends with it. Where storage is switched off it lives in
 * memory until the page is reloaded.
 */
export class SessionStore {
  readonly #storage: Storage | null;
  readonly #listeners = new Set<() => void>();
  #session: Session;

  constructor(storage: Storage | null) {
    this.#storage = storage;
    this.#session = { token: storage?.getItem(KEY) ?? null, notice: null };
  }

  readonly current = (): Session => this.#session;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  signIn(token: string): void {
    this.#storage?.setItem(KEY, token);
    this.#set({ token, notice: null });
  }

  signOut(notice: string | null = null): void {
    this.#storage?.removeItem(KEY);
    this.#set({ token: null, notice });
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
