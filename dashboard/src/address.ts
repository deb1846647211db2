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

/** What asks before the page is left; each gets how to leave it all the same. */
const guards = new Set<(go: () => void) => void>();

function here(): string {
  return window.location.pathname + window.location.search;
}

/** Goes to an address of this application: with an entry in the history, or in place of the present one. */
export function visit(address: string, how: 'push' | 'replace'): void {
  if (address === here()) return;
  const go = () => {
    if (how === 'push') window.history.pushState(null, '', address);
    else window.history.replaceState(null, '', address);
    for (const listener of listeners) listener();
  };
  const [guard] = guards;
  if (guard === undefined) go();
  else guard(go);
}

/** Holds back whoever would leave the page, until what is returned is called. */
export function guardPage(guard: (go: () => void) => void): () => void {
  const page = here();
  const end = new AbortController();
  const back = (event: Event) => {
    // The address has changed already: nobody is to read it before it is again that of what is shown.
    event.stopImmediatePropagation();
    const there = here();
    window.history.pushState(null, '', page);
    visit(there, 'push');
  };
  guards.add(guard);
  end.signal.addEventListener('abort', () => guards.delete(guard));
  window.addEventListener('popstate', back, { capture: true, signal: end.signal });
  window.addEventListener(
    'beforeunload',
    (event) => {
      event.preventDefault();
    },
    { signal: end.signal },
  );
  return () => {
    end.abort();
  };
}

/** The address's path: which page is shown. */
export function usePath(): string {
  return useSyncExternalStore(subscribe, () => window.location.pathname);
}

/** The whole address within this application. */
export function useHere(): string {
  return useSyncExternalStore(subscribe, here);
}

/** The address's query, and how to change it. */
export function useSearch(): [string, (search: string, how: 'push' | 'replace') => void] {
  const search = useSyncExternalStore(subscribe, () => window.location.search);
  const go = useCallback((next: string, how: 'push' | 'replace') => {
    visit(`${window.location.pathname}${next}`, how);
  }, []);
  return [search, go];
}
