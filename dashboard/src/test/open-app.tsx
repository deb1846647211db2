import { render } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import { App } from '../app.tsx';
import { SessionStore } from '../session/session.ts';
import { FakeApi, TOKEN } from './fake-api.ts';
import { problemBody } from './fake-route.ts';
import type { PersonKey } from './people.ts';
import type { Scenario } from './sync-sample.ts';

const server = setupServer();

/** Puts a clock that tests move, and nothing but the fake API, around each test of a file. */
export function aroundEachTest(): void {
  beforeAll(() => {
    server.listen({ onUnhandledRequest: 'error' });
  });
  beforeEach(() => {
    vi.useFakeTimers({ shouldAdvanceTime: true, now: new Date('2026-11-22T12:00:00Z') });
  });
  afterEach(() => {
    server.resetHandlers();
    vi.useRealTimers();
  });
  afterAll(() => {
    server.close();
  });
}

/** The application at an address, over a fake API of its own: for the operator by a token, or for somebody who signed in. */
export function openApp(
  address: string,
  scenario: Scenario = 'normal',
  who: PersonKey | 'operator' | null = 'operator',
  prepare: (api: FakeApi) => void = () => undefined,
) {
  const api = new FakeApi(Date.now, scenario);
  server.use(...api.handlers());
  const store = new SessionStore(window.sessionStorage);
  if (who === 'operator') store.signIn(TOKEN);
  else api.session = who;
  prepare(api);
  window.history.replaceState(null, '', address);
  const leave = vi.fn<(url: string) => void>();
  const view = render(<App store={store} leave={leave} />);
  const user = userEvent.setup({ advanceTimers: vi.advanceTimersByTime.bind(vi) });
  return { api, store, user, view, leave };
}

/** The next call to a path is refused, in the words of a problem. */
export function refuse(api: FakeApi, path: string, title: string, detail: string, status = 422): void {
  const body = { type: 'about:blank', title, status, detail, request_id: 'req-42' };
  api.failures.push({ path, status, body });
}

/** The next call to a path is refused as the API refuses it: with a name that the page goes by. */
export function refuseAs(api: FakeApi, path: string, status: number, kind: string, detail: string): void {
  api.failures.push({ path, status, body: problemBody(status, kind, detail) });
}

export async function noViolations(container: HTMLElement): Promise<void> {
  const { violations } = await axe.run(container, {
    resultTypes: ['violations'],
    // jsdom computes no colours: theme/contrast.test.ts does.
    rules: { 'color-contrast': { enabled: false } },
  });
  expect(violations.map((violation) => [violation.id, violation.nodes.map((node) => node.html)])).toEqual([]);
}
