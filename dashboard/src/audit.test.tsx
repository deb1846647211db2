import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test, vi } from 'vitest';
import type { AuditLine } from './test/audit-sample.ts';
import type { FakeApi } from './test/fake-api.ts';
import { aroundEachTest, noViolations, openApp, refuseAs } from './test/open-app.tsx';

aroundEachTest();

const AUDIT = '/api/teams/team-acme/audit';
const TEAM = '/api/teams/{team_id}';

const line = (day: number, rest: Partial<AuditLine>): AuditLine => ({
  at: `2026-11-${day}T10:00:00.000Z`,
  request_id: `req-${day}`,
  actor: 'user',
  actor_id: 'u_ada',
  kind: 'read',
  action: `GET ${TEAM}/metrics/delivery`,
  about: 'everybody',
  from: '192.0.2.0',
  status: 200,
  ...rest,
});

const LINES: AuditLine[] = [
  line(17, {
    actor: 'operator',
    actor_id: null,
    kind: 'change',
    action: `POST ${TEAM}/tokens`,
    about: 'token:k_bi',
  }),
  line(18, { kind: 'change', action: `PATCH ${TEAM}/users/{user_id}`, about: 'user:u_bram; 2 more' }),
  line(19, { actor: 'token', actor_id: 'k_bi', action: `GET ${TEAM}/export/{kind}` }),
  line(20, { actor_id: 'u_gone', kind: 'change', action: 'BREW /tea', about: null, from: null, status: 403 }),
  line(21, { kind: 'change', action: 'POST /api/sync', about: 'connection:jira', status: null }),
];

function open(search = '', prepare: (api: FakeApi) => void = () => undefined) {
  return openApp(`/audit?team=team-acme${search}`, 'normal', 'admin', (api) => {
    api.accounts.audit = LINES;
    prepare(api);
  });
}

/** What each entry says, from the top. */
async function entries() {
  const card = await screen.findByRole('region', { name: 'Entries' });
  const items = await within(card).findAllByRole('listitem');
  return items.map((item) => item.textContent);
}
const asked = (api: FakeApi) => api.calls.filter((call) => call.startsWith(`GET ${AUDIT}`));

describe('the audit log', () => {
  test('shows the last seven days, the newest first, with the names that are known', async () => {
    const { api, view } = open();
    await waitFor(async () => {
      expect((await entries()).at(-1)).toContain('token “BI export”');
      expect((await entries()).at(-2)).toContain('Bram de Wit');
    });
    const [sync, gone, exported, changed, made] = await entries();
    expect(sync).toBe(
      '21 Nov 2026, 11:00 CETAda Moreau from 192.0.2.0Started a sync: JiraPOST /api/syncchangebroke off',
    );
    expect(gone).toBe('20 Nov 2026, 11:00 CETuser u_goneBREW /teaBREW /teachangerefused, 403');
    expect(exported).toContain('token “BI export” from 192.0.2.0Exported rows: everybody');
    expect(changed).toContain('Changed a user: Bram de Wit, 2 more');
    expect(made).toContain('Operator from 192.0.2.0Made an API token');
    expect(asked(api)).toEqual([`GET ${AUDIT}?format=ndjson&from=2026-11-16&to=2026-11-22`]);
    expect(window.location.search).toBe('?team=team-acme&from=2026-11-16&to=2026-11-22');
    expect(screen.getByText('5 entries')).toBeVisible();
    expect(screen.queryByRole('button', { name: 'Load more' })).toBeNull();
    await noViolations(view.container);
  });

  test('shows the days of the address, and others when they are chosen', async () => {
    const { api, user } = open('&from=2026-11-19&to=2026-11-20');
    expect(await entries()).toHaveLength(2);
    await user.click(screen.getByRole('button', { name: 'Last 30 days' }));
    await screen.findByText('5 entries');
    expect(window.location.search).toBe('?team=team-acme&from=2026-10-24&to=2026-11-22');
    expect(asked(api)).toEqual([
      `GET ${AUDIT}?format=ndjson&from=2026-11-19&to=2026-11-20`,
      `GET ${AUDIT}?format=ndjson&from=2026-10-24&to=2026-11-22`,
    ]);
  });

  test('asks for nothing while the dates are no range', async () => {
    const { api } = open('&from=2026-11-22&to=2026-11-01');
    expect(await screen.findByRole('alert')).toHaveTextContent('The last day is before the first day.');
    expect(asked(api)).toEqual([]);
  });

  test('is narrowed to one person or to changes without asking again, and the address says so', async () => {
    const { api, user } = open();
    await screen.findByText('5 entries');
    await user.selectOptions(screen.getByLabelText('What'), 'Changes');
    expect(screen.getByText('4 of 5 entries')).toBeVisible();
    expect(await entries()).toHaveLength(4);
    await user.selectOptions(screen.getByLabelText('Who'), 'Ada Moreau');
    expect(await entries()).toHaveLength(2);
    expect(window.location.search).toContain('actor=user%3Au_ada&kind=change');
    await user.selectOptions(screen.getByLabelText('Who'), 'token “BI export”');
    expect(screen.getByText('None of the entries fits the filters.')).toBeVisible();
    expect(asked(api)).toHaveLength(1);
  });

  test('follows the pages that the API names, and says that there are newer entries', async () => {
    const { api, user } = open('', (fake) => {
      fake.accounts.auditLimit = 2;
    });
    expect(await entries()).toHaveLength(2);
    const more = await screen.findByRole('button', { name: 'Load more' });
    expect(screen.getByText(/there are newer ones than these/)).toBeVisible();
    await user.click(more);
    await screen.findByText('4 entries');
    expect((await entries())[0]).toContain('BREW /tea');
    await user.click(screen.getByRole('button', { name: 'Load more' }));
    await screen.findByText('5 entries');
    expect(screen.queryByRole('button', { name: 'Load more' })).toBeNull();
    expect((await entries())[0]).toContain('Started a sync');
    expect(asked(api).slice(1)).toEqual([
      `GET ${AUDIT}?format=ndjson&from=2026-11-16&to=2026-11-22&cursor=2`,
      `GET ${AUDIT}?format=ndjson&from=2026-11-16&to=2026-11-22&cursor=4`,
    ]);
  });

  test('that cannot be loaded says why', async () => {
    const { user } = open('', (fake) => {
      refuseAs(fake, AUDIT, 400, 'bad-request', '`to` is no day.');
    });
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('The log could not be loaded');
    expect(alert).toHaveTextContent('`to` is no day.');
    await user.click(within(alert).getByRole('button', { name: 'Try again' }));
    expect(await entries()).toHaveLength(5);
  });

  test('of quiet days says so', async () => {
    open('&from=2026-11-01&to=2026-11-02');
    expect(await screen.findByText('Nothing happened between these days.')).toBeVisible();
  });

  test('is downloaded whole, however many pages it has', async () => {
    const { api, user } = open('', (fake) => {
      fake.accounts.auditLimit = 2;
    });
    await entries();
    const files: Blob[] = [];
    const links: string[] = [];
    URL.createObjectURL = (file) => {
      if (file instanceof Blob) files.push(file);
      return 'blob:it';
    };
    const forgotten = vi.fn<(address: string) => void>();
    URL.revokeObjectURL = forgotten;
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
      links.push(`${this.href} ${this.download}`);
    });
    await user.click(screen.getByRole('button', { name: 'Download as CSV' }));
    await waitFor(() => {
      expect(links).toEqual(['blob:it audit-2026-11-16-2026-11-22.csv']);
    });
    expect(forgotten).toHaveBeenCalledWith('blob:it');
    const rows = ((await files[0]?.text()) ?? '').trimEnd().split('\n');
    expect(rows).toHaveLength(6);
    expect(rows[0]).toBe('at,request_id,actor,actor_id,kind,action,about,from,status');
    expect(rows[5]).toContain('req-21');
    expect(asked(api).filter((call) => call.includes('format=csv'))).toEqual([
      `GET ${AUDIT}?format=csv&from=2026-11-16&to=2026-11-22&limit=5000`,
      `GET ${AUDIT}?format=csv&from=2026-11-16&to=2026-11-22&limit=5000&cursor=2`,
      `GET ${AUDIT}?format=csv&from=2026-11-16&to=2026-11-22&limit=5000&cursor=4`,
    ]);
  });

  test('is not downloaded when the API refuses, and says why', async () => {
    const { api, user } = open();
    await entries();
    refuseAs(api, AUDIT, 503, 'try-later', 'The database is busy.');
    await user.click(screen.getByRole('button', { name: 'Download as CSV' }));
    expect(await screen.findByRole('alert')).toHaveTextContent('The file was not downloaded');
  });
});
