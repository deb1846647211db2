// How connections and their syncs stand, made up.
import type { Connection, Provider, SyncRow } from '../api/client.ts';

export type Scenario =
  'normal' | 'no-team' | 'no-connection' | 'never-synced' | 'broken' | 'waiting' | 'running' | 'every-vendor';

export function ago(now: number, minutes: number): string {
  return new Date(now - minutes * 60_000).toISOString();
}

function rowOf(scenario: Scenario, now: number): SyncRow {
  const row: SyncRow = {
    provider: 'github',
    status: 'idle',
    run_id: null,
    progress: null,
    started_at: ago(now, 14),
    last_success: ago(now, 12),
    last_failure: null,
    last_error: null,
    notice: null,
    waiting_until: null,
    records: 1204,
    quarantined: 0,
    calls: 31,
    duration_ms: 42_300,
    next_run: ago(now, -11 * 60),
  };
  switch (scenario) {
    case 'never-synced':
      return { ...row, started_at: null, last_success: null, records: 0, calls: 0, duration_ms: null };
    case 'running':
      return {
        ...row,
        status: 'running',
        run_id: 'run-1',
        last_success: null,
        progress: { step: 'pull requests', done: 17, total: 40 },
      };
    case 'waiting':
      return {
        ...row,
        status: 'waiting',
        run_id: 'run-1',
        waiting_until: ago(now, -23),
        last_error: 'GitHub’s hourly limit is used up. The sync goes on by itself when it is reset.',
        progress: { step: 'pull requests', done: 17, total: 40 },
        quarantined: 2,
      };
    case 'broken':
      return {
        ...row,
        status: 'broken',
        last_success: ago(now, 60 * 26),
        last_failure: ago(now, 12),
        last_error: 'GitHub refused the token (401 Bad credentials). Replace the connection’s token.',
      };
    case 'normal':
    case 'no-team':
    case 'no-connection':
    case 'every-vendor':
      return row;
  }
}

/** Most states at once, to look at. */
function everyVendor(now: number): SyncRow[] {
  const of = (provider: Provider, scenario: Scenario): SyncRow => ({ ...rowOf(scenario, now), provider });
  const limited = 'Trello’s limit is used up. The sync goes on by itself when it is reset.';
  return [
    of('github', 'normal'),
    {
      ...of('jira', 'broken'),
      last_error: 'Atlassian no longer takes the consent that was given; connect it again.',
    },
    of('slack', 'never-synced'),
    {
      ...of('copilot', 'normal'),
      notice: 'The policy for usage metrics is off: usage is not told; the survey’s answers stand in.',
    },
    { ...of('jfrog', 'running'), progress: { step: 'users', done: 17, total: 40 } },
    {
      ...of('trello', 'waiting'),
      last_error: limited,
      progress: { step: 'board_members', done: 120, total: null },
    },
  ];
}

export function connectionOf(provider: Provider, now: number): Connection {
  const made = ago(now, 60 * 24 * 40);
  return {
    provider,
    base_url: provider === 'jfrog' ? 'https://acme.jfrog.io' : null,
    settings:
      provider === 'github' || provider === 'copilot' ? { organization: 'acme', history_days: 180 } : {},
    connected_by:
      provider === 'github' || provider === 'copilot'
        ? 'installation'
        : provider === 'jira' || provider === 'slack'
          ? 'consent'
          : 'credentials',
    sync_at: null,
    created_at: made,
    updated_at: made,
  };
}

/** How the syncs stand in a scenario. */
export function rowsOf(scenario: Scenario, now: number): SyncRow[] {
  if (scenario === 'no-connection') return [];
  return scenario === 'every-vendor' ? everyVendor(now) : [rowOf(scenario, now)];
}
