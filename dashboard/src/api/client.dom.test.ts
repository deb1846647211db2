import { idleRow } from '../test/idle-row.ts';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Client } from './client.ts';
import { ApiError } from './problem.ts';
import { pollInterval } from './queries.ts';

const server = setupServer();
beforeAll(() => {
  server.listen({ onUnhandledRequest: 'error' });
});
afterEach(() => {
  server.resetHandlers();
});
afterAll(() => {
  server.close();
});

async function failure(): Promise<ApiError> {
  try {
    await new Client('secret').get('/api/teams');
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  throw new Error('the call did not fail');
}

describe('a call', () => {
  test('carries the token in its header and its parameters encoded', async () => {
    let seen: Request | undefined;
    server.use(
      http.get('*/api/teams/:team/metrics/delivery', ({ request }) => {
        seen = request;
        return HttpResponse.json({});
      }),
    );
    await new Client('secret').get('/api/teams/{team_id}/metrics/delivery', {
      path: { team_id: 'a/b' },
      query: { from: '2026-08-25', to: '2026-11-22', repository: 'acme/web & co' },
    });
    const url = new URL(seen?.url ?? '');
    expect(url.pathname).toBe('/api/teams/a%2Fb/metrics/delivery');
    expect(url.searchParams.get('repository')).toBe('acme/web & co');
    expect(seen?.headers.get('authorization')).toBe('Bearer secret');
    expect(seen?.url).not.toContain('secret');
  });

  test('without a token has no such header: the browser sends its cookie by itself, to its own site alone', async () => {
    let seen: Request | undefined;
    server.use(
      http.post('*/auth/sign-out', ({ request }) => {
        seen = request;
        return new HttpResponse(null, { status: 204 });
      }),
    );
    await new Client(null).post('/auth/sign-out', { body: { everywhere: true } });
    expect(seen?.headers.has('authorization')).toBe(false);
    expect(seen?.credentials).toBe('same-origin');
    expect(await seen?.json()).toEqual({ everywhere: true });
  });

  test('takes an answer without a word for what was only taken on', async () => {
    server.use(
      http.delete('*/api/teams/:team', ({ request }) => {
        const name = new URL(request.url).searchParams.get('name');
        return new HttpResponse(null, { status: name === 'Acme & Co' ? 202 : 400 });
      }),
    );
    const deleted = new Client(null).delete('/api/teams/{team_id}', {
      path: { team_id: 't' },
      query: { name: 'Acme & Co' },
    });
    await expect(deleted).resolves.toBeUndefined();
  });

  test('names the kind of a problem and when to try again', async () => {
    server.use(
      http.get('*/api/teams', () =>
        HttpResponse.json(
          { type: 'urn:plumbline:problem:too-many-calls', title: 'Too many calls', detail: 'Wait.' },
          { status: 429, headers: { 'retry-after': '12', 'content-type': 'application/problem+json' } },
        ),
      ),
    );
    expect(await failure()).toMatchObject({ status: 429, kind: 'too-many-calls', retryAfter: 12 });
    server.use(
      http.get('*/api/teams', () =>
        HttpResponse.json(
          { type: 'https://elsewhere.example/x' },
          { status: 503, headers: { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' } },
        ),
      ),
    );
    expect(await failure()).toMatchObject({ status: 503, kind: null, retryAfter: null });
  });

  test('for a page of text tells where the next one is, if that is the API’s own', async () => {
    server.use(
      http.get('*/api/teams/:team/audit', ({ request }) =>
        new URL(request.url).searchParams.has('cursor')
          ? HttpResponse.text('two\n', { headers: { link: '<https://evil.example/api/x>; rel="next"' } })
          : HttpResponse.text('one\n', {
              headers: { link: '</api/teams/t/audit?format=csv&cursor=a>; rel="next"' },
            }),
      ),
    );
    const client = new Client('secret');
    const first = await client.text('/api/teams/{team_id}/audit', { path: { team_id: 't' } });
    expect(first).toEqual({ text: 'one\n', next: '/api/teams/t/audit?format=csv&cursor=a' });
    expect(await client.follow(first.next ?? '')).toEqual({ text: 'two\n', next: null });
  });

  test('fails with what the API says', async () => {
    server.use(
      http.get('*/api/teams', () =>
        HttpResponse.json(
          {
            type: 'about:blank',
            title: 'Too many requests',
            status: 429,
            detail: 'Wait.',
            request_id: 'req-1',
          },
          { status: 429, headers: { 'content-type': 'application/problem+json' } },
        ),
      ),
    );
    expect(await failure()).toMatchObject({
      status: 429,
      title: 'Too many requests',
      detail: 'Wait.',
      requestId: 'req-1',
    });
  });

  test('fails legibly when a proxy answers with a page', async () => {
    server.use(http.get('*/api/teams', () => HttpResponse.html('<h1>Bad gateway</h1>', { status: 502 })));
    expect(await failure()).toMatchObject({ status: 502, title: 'The server answered 502', detail: null });
  });

  test('fails legibly when nothing answers, or not with JSON', async () => {
    server.use(http.get('*/api/teams', () => HttpResponse.error()));
    expect(await failure()).toMatchObject({ status: null, title: 'Plumbline cannot be reached' });
    server.use(http.get('*/api/teams', () => HttpResponse.html('<p>index</p>')));
    expect(await failure()).toMatchObject({ status: 200, title: 'The answer could not be read' });
  });
});

describe('polling', () => {
  const now = Date.parse('2026-11-22T12:00:00Z');

  test('happens only while a run is under way', () => {
    expect(pollInterval([], now)).toBe(false);
    expect(
      pollInterval(
        [
          { ...idleRow, status: 'idle' },
          { ...idleRow, status: 'broken' },
        ],
        now,
      ),
    ).toBe(false);
    expect(
      pollInterval(
        [
          { ...idleRow, status: 'idle' },
          { ...idleRow, status: 'queued' },
        ],
        now,
      ),
    ).toBe(2_000);
    expect(pollInterval([{ ...idleRow, status: 'running' }], now)).toBe(2_000);
  });

  test('is slower while the run waits for a vendor', () => {
    expect(
      pollInterval([{ ...idleRow, status: 'waiting', waiting_until: '2026-11-22T12:40:00Z' }], now),
    ).toBe(15_000);
    expect(
      pollInterval([{ ...idleRow, status: 'waiting', waiting_until: '2026-11-22T12:00:01Z' }], now),
    ).toBe(2_000);
  });
});
