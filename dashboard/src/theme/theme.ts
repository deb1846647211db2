import { useSyncExternalStore } from 'react';
import { storageOrNull } from '../session/session.ts';

export type Theme = 'light' | 'dark';

const KEY = 'plumbline.theme';
const listeners = new Set<() => void>();
const storage = storageOrNull(() => window.localStorage);
const systemDark = window.matchMedia('(prefers-color-scheme: dark)');

function chosen(): Theme | null {
  const value = storage?.getItem(KEY);
  return value === 'light' || value === 'dark' ? value : null;
}

function current(): Theme {
  return chosen() ?? (systemDark.matches ? 'dark' : 'light');
}

/** Puts the theme on the document, before anything is drawn and whenever it or the system's preference changes. */
export function applyTheme(): void {
  document.documentElement.dataset.theme = current();
}

export function chooseTheme(theme: Theme): void {
  storage?.setItem(KEY, theme);
  applyTheme();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  const changed = () => {
    applyTheme();
    listener();
  };
  listeners.add(listener);
  systemDark.addEventListener('change', changed);
  return () => {
    listeners.delete(listener);
    systemDark.removeEventListener('change', changed);
  };
}

export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, current);
}
