import { useCallback, useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('popstate', listener);
  };
}

/** Goes to an address of this application: with an entry in the history, or in place of the present one. */
export function visit(address: string, how: 'push' | 'replace'): void {
  if (address === `${window.location.pathname}${window.location.search}`) return;
  if (how === 'push') window.history.pushState(null, '', address);
  else window.history.replaceState(null, '', address);
  for (const listener of listeners) listener();
}

/** The address's path: which page is shown. */
export function usePath(): string {
  return useSyncExternalStore(subscribe, () => window.location.pathname);
}

/** The whole address within this application. */
export function useHere(): string {
  return useSyncExternalStore(subscribe, () => window.location.pathname + window.location.search);
}

/** The address's query, and how to change it. */
export function useSearch(): [string, (search: string, how: 'push' | 'replace') => void] {
  const search = useSyncExternalStore(subscribe, () => window.location.search);
  const go = useCallback((next: string, how: 'push' | 'replace') => {
    visit(`${window.location.pathname}${next}`, how);
  }, []);
  return [search, go];
}
