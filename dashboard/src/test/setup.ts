import '@testing-library/jest-dom/vitest';
import { cleanup, configure } from '@testing-library/react';
import { afterEach } from 'vitest';

// jsdom draws nothing, so it has none of these.
class NoResizeObserver implements ResizeObserver {
  observe(): void {
    // Nothing ever changes its size.
  }
  unobserve(): void {
    // Nothing is observed.
  }
  disconnect(): void {
    // Nothing is observed.
  }
}
globalThis.ResizeObserver = NoResizeObserver;
window.matchMedia = (query: string): MediaQueryList => {
  const target = new EventTarget();
  return Object.assign(target, {
    matches: false,
    media: query,
    onchange: null,
    addListener: () => undefined,
    removeListener: () => undefined,
  });
};

// As long as a busy machine may take; what is there is found at once.
configure({ asyncUtilTimeout: 20_000 });

HTMLCanvasElement.prototype.getContext = () => null;

afterEach(() => {
  cleanup();
  window.sessionStorage.clear();
  window.localStorage.clear();
});
