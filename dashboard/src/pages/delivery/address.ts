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

/** The address's query, and how to change it: with an entry in the history, or in place. */
export function useAddress(): [string, (search: string, how: 'push' | 'replace') => void] {
  const search = useSyncExternalStore(subscribe, () => window.location.search);
  const go = useCallback((next: string, how: 'push' | 'replace') => {
    if (next === window.location.search) return;
    const address = `${window.location.pathname}${next}`;
    if (how === 'push') window.history.pushState(null, '', address);
    else window.history.replaceState(null, '', address);
    for (const listener of listeners) listener();
  }, []);
  return [search, go];
}
